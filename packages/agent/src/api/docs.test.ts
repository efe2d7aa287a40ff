import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { agentPermissions } from '@antrea-ts/apis';
import type { MetricOptions, Metrics } from '@antrea-ts/runtime';
import { expect, it } from 'vitest';
import { createAgentMetrics } from '../metrics/agent-metrics.js';

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

/** What is declared, in the order of declaration. */
function metricsTable(): string {
  const rows: string[][] = [];
  const declare =
    (type: string) =>
    ({ name, labels = [], help }: MetricOptions<string>): never => {
      rows.push([`\`${name}\``, type, code(labels), help]);
      return {} as never;
    };
  const recorder = { counter: declare('counter'), gauge: declare('gauge'), histogram: declare('histogram') };
  createAgentMetrics(recorder as unknown as Metrics);
  return table(['Metric', 'Type', 'Labels', 'Meaning'], rows);
}

/** Sections between marks are made from the code; `UPDATE_DOCS=1` makes them anew. */
function rendered(text: string): string {
  const sections: Record<string, string> = { permissions: permissions(), metrics: metricsTable() };
  return text.replace(
    /(<!-- made from code: (\w+) -->\n)[^]*?(\n<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${sections[name] ?? ''}\n${end}`,
  );
}

it('is documented as it is', () => {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (process.env['UPDATE_DOCS']) writeFileSync(page, rendered(text));
  expect(readFileSync(page, 'utf8')).toBe(rendered(text));
  expect(text.match(/made from code: \w+/g)).toEqual(['made from code: metrics', 'made from code: permissions']);
});
