import { defaultOf, type ConfigKey, type ConfigKeys, type ConfigOf, type ConfigPlatform } from './config-table.js';
import { suggestion } from './nearest.js';
import type { RawEntry, RawValue } from './value-type.js';

/** Where a value came from. */
export type ConfigSource = 'default' | 'file' | 'env' | 'flag';

/** One key with its final value. */
export interface ConfigSetting {
  readonly path: string;
  readonly value: unknown;
  /** The source of highest precedence that gave a value. */
  readonly source: ConfigSource;
  readonly secret: boolean;
}

/** Raw values from everywhere a program can be told something. */
export interface ConfigInputs {
  readonly platform: ConfigPlatform;
  /** For messages; unset when there is no file. */
  readonly fileName?: string | undefined;
  readonly fileEntries: readonly RawEntry[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlyMap<string, RawValue>;
}

/** The typed object, where each value came from, and everything that is wrong. */
export interface ResolvedConfig<K extends ConfigKeys> {
  readonly config: ConfigOf<K>;
  readonly settings: readonly ConfigSetting[];
  readonly problems: readonly string[];
}

interface GivenValue {
  readonly source: Exclude<ConfigSource, 'default'>;
  /** For messages: `agent.conf:12`, `flag --v`, `environment variable NODE_NAME`. */
  readonly where: (line: number | undefined) => string;
  readonly raw: RawValue;
}

/** Lays file, environment and flags over the defaults, in this order. Pure; finds all problems at once. */
export function resolveConfig<K extends ConfigKeys>(keys: K, inputs: ConfigInputs): ResolvedConfig<K> {
  const problems: string[] = [];
  const fileValues = flattenFile(keys, inputs, problems);
  const settings = Object.entries(keys).map(([path, key]) => {
    const given = givenValues(path, key, inputs, fileValues);
    return resolveKey(path, key, given, inputs.platform, problems);
  });
  return { config: nest(settings) as ConfigOf<K>, settings, problems };
}

function givenValues(
  path: string,
  key: ConfigKey<unknown>,
  inputs: ConfigInputs,
  fileValues: ReadonlyMap<string, RawValue>,
): GivenValue[] {
  const given: GivenValue[] = [];
  const inFile = fileValues.get(path);
  if (inFile !== undefined) {
    given.push({ source: 'file', where: (line) => `${fileWhere(inputs, line)}: ${path}`, raw: inFile });
  }
  const inEnv = key.env === undefined ? undefined : inputs.env[key.env];
  // A variable set to nothing is how a manifest leaves it out.
  if (inEnv !== undefined && inEnv !== '') {
    given.push({ source: 'env', where: () => `environment variable ${key.env}`, raw: { kind: 'scalar', text: inEnv } });
  }
  const inFlags = inputs.flags.get(path);
  if (inFlags !== undefined) given.push({ source: 'flag', where: () => `flag --${key.flag}`, raw: inFlags });
  return given;
}

function resolveKey(
  path: string,
  key: ConfigKey<unknown>,
  given: readonly GivenValue[],
  platform: ConfigPlatform,
  problems: string[],
): ConfigSetting {
  let value = defaultOf(key, platform);
  let source: ConfigSource = 'default';
  for (const { where, raw, source: from } of given) {
    const outcome = key.type.parse(raw);
    if (outcome.ok) {
      value = outcome.apply(value);
      source = from;
      const objection = key.validate?.(value);
      if (objection !== undefined) problems.push(`${where(raw.line)}: ${objection}`);
    } else {
      for (const { message, line } of outcome.problems) {
        problems.push(`${where(line ?? raw.line)}: ${key.secret === true ? 'is not valid' : message}`);
      }
    }
  }
  return { path, value, source, secret: key.secret === true };
}

/** Values by dotted path; whatever is not in the table becomes a problem. */
function flattenFile(keys: ConfigKeys, inputs: ConfigInputs, problems: string[]): Map<string, RawValue> {
  const paths = Object.keys(keys).filter((path) => keys[path]?.file !== false);
  const result = new Map<string, RawValue>();
  const visit = (entries: readonly RawEntry[], prefix: string): void => {
    for (const { key, value, line } of entries) {
      const path = prefix + key;
      if (paths.includes(path)) result.set(path, value);
      else if (!paths.some((known) => known.startsWith(`${path}.`))) {
        problems.push(`${fileWhere(inputs, line)}: unknown key "${path}"${suggestion(path, paths)}`);
      } else if (value.kind === 'map') visit(value.entries, `${path}.`);
      else problems.push(`${fileWhere(inputs, line)}: ${path} must be a map`);
    }
  };
  visit(inputs.fileEntries, '');
  return result;
}

function fileWhere(inputs: ConfigInputs, line: number | undefined): string {
  return `${inputs.fileName ?? 'configuration'}${line === undefined ? '' : `:${line}`}`;
}

function nest(settings: readonly ConfigSetting[]): object {
  const root: Record<string, unknown> = {};
  for (const { path, value } of settings) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let level = root;
    for (const part of parts) level = (level[part] ??= {}) as Record<string, unknown>;
    level[last] = value;
  }
  return deepFreeze(root);
}

function deepFreeze<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) deepFreeze(item);
  return Object.freeze(value);
}
