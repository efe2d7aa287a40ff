import { parseArgs } from 'node:util';
import { suggestion } from './nearest.js';
import type { ConfigKeys } from './config-table.js';
import type { RawValue } from './value-type.js';

/** What a command line says. */
export interface RawFlags {
  /** Values by key path, of flags that the table declares. */
  readonly values: ReadonlyMap<string, RawValue>;
  readonly configFile?: string;
  readonly help: boolean;
  readonly version: boolean;
  readonly problems: readonly string[];
}

const ownFlags = ['config', 'help', 'version'] as const;

/** Reads the arguments after the program's name: `--flag value`, `--flag=value`, `--switch`; nothing positional. */
export function readFlags(keys: ConfigKeys, argv: readonly string[]): RawFlags {
  const paths = new Map(
    Object.entries(keys).flatMap(([path, key]) => (key.flag === undefined ? [] : [[key.flag, path]])),
  );
  const takesValue = (flag: string): boolean => {
    const path = paths.get(flag);
    return flag === 'config' || (path !== undefined && keys[path]?.type.isFlagAlone !== true);
  };
  const known = [...paths.keys(), ...ownFlags];
  const options = Object.fromEntries(
    known.map((flag) => [flag, { type: takesValue(flag) ? 'string' : 'boolean' } as const]),
  );
  // Not strict: parseArgs would throw at the first fault, and we report all of them.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const problems: string[] = [];
  const values = new Map<string, RawValue>();
  const own = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`unexpected argument "${token.value}"`);
    if (token.kind !== 'option') continue;
    const path = paths.get(token.name);
    const isOwn = (ownFlags as readonly string[]).includes(token.name);
    if (path === undefined && !isOwn) problems.push(`unknown flag ${token.rawName}${suggestFlag(token.name, known)}`);
    else if (token.value === undefined && takesValue(token.name)) problems.push(`flag --${token.name} needs a value`);
    else if (path === undefined) own.set(token.name, token.value ?? 'true');
    else values.set(path, { kind: 'scalar', text: token.value ?? 'true' });
  }
  const configFile = own.get('config');
  return {
    values,
    ...(configFile !== undefined && { configFile }),
    help: own.has('help'),
    version: own.has('version'),
    problems,
  };
}

function suggestFlag(name: string, known: readonly string[]): string {
  return suggestion(name, known).replace('"', '"--');
}
