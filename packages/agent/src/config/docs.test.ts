import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { renderConfigMarkdown } from '@antrea-ts/runtime';
import { expect, it } from 'vitest';
import { agentConfigTable } from './keys.js';

const page = new URL('../../../../docs/antrea-agent-conf.md', import.meta.url);

/** The page is made from the table; `UPDATE_DOCS=1` makes it anew. */
it('is documented as it is', () => {
  const expected = `# antrea-agent.conf\n\n${renderConfigMarkdown(agentConfigTable)}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(page, expected);
  expect(existsSync(page) && readFileSync(page, 'utf8')).toBe(expected);
});
