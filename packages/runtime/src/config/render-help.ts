import { defaultOf, type ConfigKey, type ConfigPlatform, type ConfigTable } from './config-table.js';

const lineWidth = 100;

/** The text of `--help`: flags first, then the keys of the file. */
export function renderHelp(table: ConfigTable, platform: ConfigPlatform): string {
  const keys = Object.entries(table.keys);
  const flags = keys.filter(([, key]) => key.flag !== undefined);
  const inFile = keys.filter(([, key]) => key.file !== false);
  return [
    `Usage: ${table.program} [--config FILE] [flags]`,
    '',
    ...wrap(table.description, ''),
    '',
    'Flags:',
    ...entry('--config FILE', 'YAML file with the keys below.'),
    ...flags.flatMap(([, key]) => entry(`--${key.flag}  (${key.type.name})`, help(key, platform))),
    ...entry('--version', 'Print the version and exit.'),
    ...entry('--help', 'Print this and exit.'),
    ...(inFile.length === 0 ? [] : ['', 'Keys of the configuration file:']),
    ...inFile.flatMap(([path, key]) => entry(`${path}  (${key.type.name})`, help(key, platform))),
    '',
  ].join('\n');
}

function help(key: ConfigKey<unknown>, platform: ConfigPlatform): string {
  const env = key.env === undefined ? '' : ` Environment: ${key.env}.`;
  return `${key.description} Default: ${key.type.render(defaultOf(key, platform))}.${env}`;
}

function entry(head: string, body: string): string[] {
  return [`  ${head}`, ...wrap(body, '      ')];
}

/** Breaks text into lines, each with the same indent. */
export function wrap(text: string, indent: string, width: number = lineWidth): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (line !== indent && line.length + word.length + 1 > width) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
