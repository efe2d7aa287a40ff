import { readFile } from 'node:fs/promises';
import { RuntimeError, errorMessage } from '../errors.js';
import type { ConfigKeys, ConfigOf, ConfigPlatform, ConfigTable } from './config-table.js';
import { readFlags } from './read-flags.js';
import { readYaml, type RawFile } from './read-yaml.js';
import { renderHelp } from './render-help.js';
import { resolveConfig, type ConfigSetting } from './resolve-config.js';

/** What surrounds a program that is being started. */
export interface LoadConfigOptions {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: ConfigPlatform;
}

/** What the command line asked for. */
export type LoadedConfig<K extends ConfigKeys> =
  | {
      readonly kind: 'run';
      readonly config: ConfigOf<K>;
      readonly settings: readonly ConfigSetting[];
      /** The file that was read, if one was named by `--config`. */
      readonly file?: string;
    }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/**
 * Reads a program's configuration from `--config FILE`, environment and flags.
 * Throws `RuntimeError` `invalid-config` whose message lists everything that is wrong, one problem a line.
 */
export async function loadConfig<K extends ConfigKeys>(
  table: ConfigTable<K>,
  options: LoadConfigOptions,
): Promise<LoadedConfig<K>> {
  const flags = readFlags(table.keys, options.argv);
  if (flags.help) return { kind: 'help', text: renderHelp(table, options.platform) };
  if (flags.version) return { kind: 'version' };
  const file = flags.configFile;
  const raw = file === undefined ? { entries: [], problems: [] } : await readConfigFile(file);
  const resolved = resolveConfig(table.keys, {
    platform: options.platform,
    fileName: file,
    fileEntries: raw.entries,
    env: options.env,
    flags: flags.values,
  });
  const yamlProblems = raw.problems.map(({ message, line }) => `${file}:${line}: ${message}`);
  const problems = [...flags.problems, ...yamlProblems, ...resolved.problems];
  if (problems.length > 0) {
    const list = problems.map((problem) => `\n  ${problem}`).join('');
    throw new RuntimeError('invalid-config', `${table.program}: the configuration is not valid:${list}`);
  }
  return { kind: 'run', config: resolved.config, settings: resolved.settings, ...(file !== undefined && { file }) };
}

async function readConfigFile(file: string): Promise<RawFile> {
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (error) {
    throw new RuntimeError('invalid-config', `read configuration ${file}: ${errorMessage(error)}`, { cause: error });
  }
  return await readYaml(source);
}
