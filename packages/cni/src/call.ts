import { delimiter } from 'node:path';
import { CniError, cniErrorCodes } from './errors.js';

/** What a runtime can ask. VERSION is answered by the plugin itself. */
const commands = ['ADD', 'DEL', 'CHECK', 'STATUS', 'GC'] as const;

export type CniCommand = (typeof commands)[number];

/** One call of the plugin: its environment and standard input. STATUS and GC are about no container: its fields are empty. */
export interface CniCall {
  readonly command: CniCommand;
  readonly containerId: string;
  /** Path of the Pod's network namespace; empty when a DEL no longer knows it. */
  readonly netns: string;
  readonly ifName: string;
  readonly args: ReadonlyMap<string, string>;
  /** Directories with plugins, for delegation. */
  readonly path: readonly string[];
  /** Standard input, as it came. */
  readonly config: string;
}

const nul = 0;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads what `antrea-cni` sends: `NAME=value` strings, each ended by NUL, an empty one, then standard input. */
export function decodeCall(body: Uint8Array): CniCall {
  const environment = new Map<string, string>();
  let at = 0;
  for (;;) {
    const end = body.indexOf(nul, at);
    if (end < 0) throw new CniError(cniErrorCodes.decodingFailure, 'CNI call: environment is not terminated');
    if (end === at) break;
    const entry = decodeText(body.subarray(at, end), 'environment');
    const equals = entry.indexOf('=');
    if (equals > 0) environment.set(entry.slice(0, equals), entry.slice(equals + 1));
    at = end + 1;
  }
  return callOf(environment, decodeText(body.subarray(at + 1), 'standard input'));
}

function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CniError(cniErrorCodes.decodingFailure, `CNI call: ${what} is not UTF-8`, { cause });
  }
}

function callOf(environment: ReadonlyMap<string, string>, config: string): CniCall {
  const given = environment.get('CNI_COMMAND') ?? '';
  const command = commands.find((known) => known === given);
  if (!command) {
    throw invalid('CNI_COMMAND', `is "${given}"; this plugin knows ${commands.join(', ')} and VERSION`);
  }
  const common = { command, path: pathsIn(environment.get('CNI_PATH')), config };
  if (command === 'STATUS' || command === 'GC') {
    return { ...common, containerId: '', netns: '', ifName: '', args: new Map() };
  }
  const containerId = required(environment, 'CNI_CONTAINERID');
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(containerId)) {
    throw invalid('CNI_CONTAINERID', `is "${containerId}"; it must be letters, digits, "_", "." or "-"`);
  }
  const ifName = required(environment, 'CNI_IFNAME');
  if (ifName.length > 15 || /[/:\s]/.test(ifName) || ifName === '.' || ifName === '..') {
    throw invalid('CNI_IFNAME', `is "${ifName}"; it must be a valid interface name of at most 15 characters`);
  }
  return {
    ...common,
    containerId,
    netns: command === 'DEL' ? (environment.get('CNI_NETNS') ?? '') : required(environment, 'CNI_NETNS'),
    ifName,
    args: parseArgs(environment.get('CNI_ARGS') ?? ''),
  };
}

function pathsIn(text = ''): string[] {
  return text.split(delimiter).filter((directory) => directory !== '');
}

function required(environment: ReadonlyMap<string, string>, name: string): string {
  const value = environment.get(name);
  if (!value) throw invalid(name, 'is not set');
  return value;
}

function invalid(name: string, what: string): CniError {
  return new CniError(cniErrorCodes.invalidEnvironment, `CNI call: ${name} ${what}`);
}

/** `CNI_ARGS`: `A=b;C=d`. */
function parseArgs(text: string): ReadonlyMap<string, string> {
  const args = new Map<string, string>();
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0) args.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return args;
}
