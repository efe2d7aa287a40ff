import { defaultOf, type ConfigKey, type ConfigTable } from './config-table.js';

/** A Markdown table of all keys, for the documents. */
export function renderConfigMarkdown(table: ConfigTable): string {
  const rows = Object.entries(table.keys).map(([path, key]) =>
    [`\`${path}\``, key.type.name, defaults(key), places(key), key.since ?? '', key.description].map(cell).join(' | '),
  );
  const head = '| Key | Type | Default | Set by | Since | Description |\n|---|---|---|---|---|---|';
  return `${[head, ...rows.map((row) => `| ${row} |`)].join('\n')}\n`;
}

function defaults(key: ConfigKey<unknown>): string {
  const linux = `\`${key.type.render(defaultOf(key, 'linux'))}\``;
  return key.windowsDefault === undefined ? linux : `${linux}; Windows \`${key.type.render(key.windowsDefault)}\``;
}

function places(key: ConfigKey<unknown>): string {
  const flag = key.flag === undefined ? [] : [`\`--${key.flag}\``];
  const env = key.env === undefined ? [] : [`\`${key.env}\``];
  return [...(key.file === false ? [] : ['file']), ...env, ...flag].join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
