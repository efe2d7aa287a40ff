import { defaultOf, type ConfigPlatform, type ConfigTable } from './config-table.js';
import { wrap } from './render-help.js';

/** A configuration file with every key commented out at its default, each with its description. */
export function renderSampleFile(table: ConfigTable, platform: ConfigPlatform): string {
  const lines = [...wrap(`Configuration of ${table.program}. Every key shows its default.`, '# ')];
  let open: readonly string[] = [];
  for (const [path, key] of Object.entries(table.keys)) {
    if (key.file === false) continue;
    const parents = path.split('.').slice(0, -1);
    const indent = '  '.repeat(parents.length);
    lines.push('');
    for (const [depth, parent] of parents.entries()) {
      if (open[depth] === parent) continue;
      lines.push(`${'  '.repeat(depth)}${parent}:`);
      open = [];
    }
    open = parents;
    const since = key.since === undefined ? '' : ` Since ${key.since}.`;
    lines.push(...wrap(key.description + since, `${indent}# `));
    lines.push(`${indent}#${path.split('.').at(-1)}: ${key.type.render(defaultOf(key, platform))}`);
  }
  return `${lines.join('\n')}\n`;
}
