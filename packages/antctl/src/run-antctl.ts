import { CommanderError } from 'commander';
import { tryParseDuration } from '@antrea-ts/runtime';
import { isOffered, isUseful, placesOf } from './cli/availability.js';
import { completionLines } from './cli/complete.js';
import { createParser } from './cli/create-parser.js';
import { globalFlags } from './cli/global-flags.js';
import type { Command, Format, Invocation } from './commands/command.js';
import { commands, groups } from './commands/index.js';
import { ComponentApi } from './connection/create-api.js';
import { AntctlError } from './errors.js';
import { modeOf, type Mode } from './mode.js';
import { renderAnswer } from './output/render-answer.js';

/** What a run of antctl touches of its surroundings. */
export interface AntctlHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
  /** For tests; default: where agents and controller leave it. */
  readonly tokenFile?: string;
}

/**
 * Runs one command line (without the program's name) and returns the exit code: 0; 1 when what was asked could not be
 * had; 2 for a wrong command line; 3 when what is installed is not what is meant.
 */
export async function runAntctl(args: readonly string[], host: AntctlHost): Promise<number> {
  try {
    const mode = modeOf(host.env, modeAsked(args));
    if (args[0] === '__complete') {
      host.out(completionLines(args.slice(1), { commands, groups, mode }));
      return 0;
    }
    let exitCode = 0;
    const parser = createParser({
      commands,
      groups,
      mode,
      write: host,
      onCommand: async (command, invocation) => {
        exitCode = await runCommand(command, invocation, mode, host);
      },
    });
    await parser.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 || args.length === 0 ? 0 : 2;
    if (!(error instanceof AntctlError)) throw error;
    host.err(`error: ${error.message}\n`);
    return error.exitCode;
  }
}

/** Needed before the parser, whose help depends on it. */
function modeAsked(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '--mode' || arg.startsWith('--mode='));
  const arg = args[at];
  return arg === '--mode' ? args[at + 1] : arg?.slice('--mode='.length);
}

async function runCommand(command: Command, invocation: Invocation, here: Mode, host: AntctlHost): Promise<number> {
  const { flags } = invocation;
  const mode = here === 'remote' && flags['node'] !== undefined ? 'agent' : here;
  check(command, invocation, { here, mode });
  const timeoutMs = timeoutOf(flags['timeout']);
  const late = timeoutMs === 0 ? undefined : AbortSignal.timeout(timeoutMs);
  const api = new ComponentApi({
    mode: here,
    env: host.env,
    kubeconfig: flags['kubeconfig'],
    server: flags['server'],
    node: flags['node'],
    tokenFile: host.tokenFile,
    signal: late ? AbortSignal.any([host.signal, late]) : host.signal,
    trace: flags['verbose'] === undefined ? undefined : (line) => host.err(`${line}\n`),
  });
  try {
    const answer = await command.run(invocation, { mode, api });
    host.out(await renderAnswer(answer, (flags['output'] as Format | undefined) ?? command.defaultFormat ?? 'table'));
    if (answer.failure) throw answer.failure;
    return 0;
  } catch (error) {
    if (late?.aborted !== true || error instanceof AntctlError) throw error;
    throw new AntctlError('request', `${command.path.join(' ')}: no answer within ${flags['timeout']} (--timeout)`, {
      cause: error,
    });
  } finally {
    await api.close();
  }
}

/** Throws when the command, its argument or a flag has no meaning here, and says where it has. */
function check(command: Command, { argument, flags }: Invocation, { here, mode }: { here: Mode; mode: Mode }): void {
  const name = command.path.join(' ');
  if (!command.modes.includes(mode)) {
    const hint =
      here === 'remote' && mode === 'remote' && isOffered(command, here)
        ? 'asks the agent of one Node: add --node NODE, or run it on the Node'
        : `is not for mode ${mode}: run it ${placesOf(command)}${command.elsewhere === undefined ? '' : `. ${command.elsewhere}`}`;
    throw new AntctlError('wrong-mode', `${name} ${hint}`);
  }
  if (argument !== undefined && command.argument?.modes?.includes(mode) === false) {
    throw new AntctlError('usage', `${name} takes no ${command.argument.name} in mode ${mode}`);
  }
  for (const flag of [...globalFlags, ...(command.flags ?? [])]) {
    const isGlobal = globalFlags.includes(flag);
    if (flags[flag.name] === undefined || (isGlobal ? isUseful(flag, here) : (flag.modes?.includes(mode) ?? true))) {
      continue;
    }
    throw new AntctlError('wrong-mode', `--${flag.name} has no meaning in mode ${isGlobal ? here : mode}`);
  }
}

function timeoutOf(text: string | undefined): number {
  const milliseconds = text === undefined ? 0 : tryParseDuration(text);
  if (milliseconds !== undefined && milliseconds >= 0 && milliseconds < 2 ** 31) return milliseconds;
  throw new AntctlError('usage', `--timeout ${text}: it must be a duration such as 10s or 1m30s; 0: none`);
}
