import { readFileSync, writeFileSync } from 'node:fs';
import { antctlPermissions, antctlUrls } from '@antrea-ts/apis';
import { expect, it } from 'vitest';
import { renderCommandsMarkdown, table } from './cli/render-markdown.js';
import { commands } from './commands/index.js';

const page = new URL('../../../docs/antctl.md', import.meta.url);

function rights(): string {
  const rows = antctlPermissions.map(({ apiGroups, resources, resourceNames = [], verbs, reason }) => [
    apiGroups.map((group) => (group === '' ? 'core' : `\`${group}\``)).join(', '),
    `${code(resources)}${resourceNames.length > 0 ? ` named ${code(resourceNames)}` : ''}`,
    verbs.join(' '),
    reason,
  ]);
  rows.push(['', `non-resource URLs ${code(antctlUrls)}`, 'get', 'What agents and controller tell themselves.']);
  return table(['API group', 'Resources', 'Verbs', 'What for'], rows);
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** Sections between marks are made from the code; `UPDATE_DOCS=1` makes them anew. */
function rendered(text: string): string {
  const sections: Record<string, string> = { commands: renderCommandsMarkdown(commands), rights: rights() };
  return text.replace(
    /(<!-- made from code: (\w+) -->\n)[^]*?(\n<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${sections[name] ?? ''}\n${end}`,
  );
}

it('is documented as it is', () => {
  const text = readFileSync(page, 'utf8');
  if (process.env['UPDATE_DOCS']) writeFileSync(page, rendered(text));
  expect(readFileSync(page, 'utf8')).toBe(rendered(text));
  expect(text.match(/made from code: \w+/g)).toEqual(['made from code: commands', 'made from code: rights']);
});
