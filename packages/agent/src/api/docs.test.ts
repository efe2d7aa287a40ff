import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { agentPermissions } from '@antrea-ts/apis';
import { expect, it } from 'vitest';

const page = new URL('../../../../docs/antrea-agent-api.md', import.meta.url);

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function permissions(): string {
  const rows = agentPermissions.map(({ apiGroups, resources, resourceNames = [], verbs, reason }) => [
    apiGroups.map((group) => (group === '' ? 'core' : `\`${group}\``)).join(', '),
    `${code(resources)}${resourceNames.length > 0 ? ` named ${code(resourceNames)}` : ''}`,
    verbs.join(' '),
    reason,
  ]);
  return table(['API group', 'Resources', 'Verbs', 'What for'], rows);
}

/** Sections between marks are made from the code; `UPDATE_DOCS=1` makes them anew. */
function rendered(text: string): string {
  const sections: Record<string, string> = { permissions: permissions() };
  return text.replace(
    /(<!-- made from code: (\w+) -->\n)[^]*?(\n<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${sections[name] ?? ''}\n${end}`,
  );
}

it('is documented as it is', () => {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (process.env['UPDATE_DOCS']) writeFileSync(page, rendered(text));
  expect(readFileSync(page, 'utf8')).toBe(rendered(text));
  expect(text).toContain('made from code: permissions');
});
