import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage, flowKey, formatFlow, parseFlow, sameFlow, type Flow } from './index.js';

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

test('the example of the README does what it says', () => {
  // README example: begin
  const desired: Flow = {
    table: 10,
    priority: 200,
    cookie: 0x1000000000000n,
    match: [
      { field: 'dl_type', value: 0x0800 },
      { field: 'in_port', value: 5 },
      { field: 'nw_src', value: 0x0a0a0000, mask: 0xffff0000 },
    ],
    instructions: [
      { kind: 'apply_actions', actions: [{ kind: 'reg_load', dst: { field: 'reg0', offset: 0, bits: 4 }, value: 2 }] },
      { kind: 'goto_table', table: 29 },
    ],
  };

  const bytes = encodeMessage({ type: 'flow_mod', command: 'add', ...desired }, 1);
  const { message } = decodeMessage(bytes);
  const text = formatFlow(desired);
  // cookie=0x1000000000000, table=10, priority=200,ip,in_port=5,nw_src=10.10.0.0/16 actions=load:0x2->NXM_NX_REG0[0..3],goto_table:29

  const observed = parseFlow(text);
  const unchanged = flowKey(observed) === flowKey(desired) && sameFlow(observed, desired);
  // README example: end
  expect(unchanged).toBe(true);
  expect(message).toMatchObject({ type: 'flow_mod', command: 'add', table: 10 });

  const source = file('./readme.test.ts')
    .split(/ *\/\/ README example: (?:begin|end)\n/)[1]!
    .replace(/^ {2}/gm, '');
  expect(file('../README.md')).toContain(source.trim());
  expect(source).toContain(text);
});
