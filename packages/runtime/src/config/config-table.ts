import type { ValueType } from './value-type.js';

/** The two systems a default may differ between. */
export type ConfigPlatform = 'linux' | 'windows';

/** One thing that can be configured. */
export interface ConfigKey<V> {
  readonly type: ValueType<V>;
  readonly default: NoInfer<V>;
  /** The default on Windows, where it differs. */
  readonly windowsDefault?: NoInfer<V>;
  /** One or more sentences: what it does, units, what else it depends on. */
  readonly description: string;
  /** The version that brought the key. */
  readonly since?: string;
  /** False: not in the file, only by flag or environment. */
  readonly file?: false;
  /** Name of the flag that sets it, without dashes. */
  readonly flag?: string;
  /** Name of the environment variable that sets it; below flags, above the file. */
  readonly env?: string;
  /** The value is never shown. */
  readonly secret?: boolean;
  /** Says what is wrong with a well-formed value that was given, or undefined. */
  validate?(value: V): string | undefined;
}

/** Keys by their path in the file, dots between the parts. */
export type ConfigKeys = Readonly<Record<string, ConfigKey<unknown>>>;

/** All that a program can be told. */
export interface ConfigTable<K extends ConfigKeys = ConfigKeys> {
  /** Name of the program, for help and messages. */
  readonly program: string;
  /** One sentence: what the program does. */
  readonly description: string;
  readonly keys: K;
}

/** The value of a key. */
type ValueOf<C> = C extends { readonly type: ValueType<infer V> } ? V : never;
type Head<P> = P extends `${infer H}.${string}` ? H : P;
type Below<K, H extends string> = { [P in keyof K as P extends `${H}.${infer R}` ? R : never]: K[P] };

/** The typed object of a table: `'wireGuard.port'` becomes `wireGuard: { port }`. */
export type ConfigOf<K> = {
  readonly [H in Head<keyof K & string> & string]: H extends keyof K ? ValueOf<K[H]> : ConfigOf<Below<K, H>>;
};

/** Declares one key; only here for the types. */
export function configKey<V>(key: ConfigKey<V>): ConfigKey<V> {
  return key;
}

/** Declares the table of a program; only here for the types. */
export function configTable<K extends ConfigKeys>(table: ConfigTable<K>): ConfigTable<K> {
  return table;
}

/** The default of a key on a platform. */
export function defaultOf<V>(key: ConfigKey<V>, platform: ConfigPlatform): V {
  return platform === 'windows' && key.windowsDefault !== undefined ? key.windowsDefault : key.default;
}
