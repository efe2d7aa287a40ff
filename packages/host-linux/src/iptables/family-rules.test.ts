import { describe, expect, it } from 'vitest';
import { FamilyRules } from './family-rules.js';
import type { IptablesTool } from './iptables-tool.js';
import type { RuleSpec, TableRules } from './table-rules.js';

const { signal } = new AbortController();

const tables: readonly TableRules[] = [
  { table: 'nat', jumps: [], chains: [{ chain: 'ANTREA-X', rules: [['-j', 'SNAT', '--to-source', '192.0.2.1']] }] },
];

/** A tool that prints what is written in a spelling of its own. */
function oddTool() {
  const state: { chain: readonly RuleSpec[] | undefined; writes: number } = { chain: undefined, writes: 0 };
  const tool: Pick<IptablesTool, 'readChain' | 'readTable' | 'restore'> = {
    readChain: async () => state.chain,
    readTable: async () => ({ builtIn: new Set(), chains: new Map() }),
    async restore() {
      state.writes += 1;
      state.chain = [['-j', 'SNAT', '--an-option-of-tomorrow', '192.0.2.1']];
    },
  };
  return { state, rules: new FamilyRules(tool as IptablesTool) };
}

describe('a program that spells rules as none we know', () => {
  it('makes us write twice, not each time', async () => {
    const { state, rules } = oddTool();
    for (let i = 0; i < 5; i += 1) await rules.ensure(tables, { signal });
    expect(state.writes).toBe(2);
    expect(await rules.ensure(tables, { signal })).toEqual([]);
  });

  it('does not hide a change by someone else', async () => {
    const { state, rules } = oddTool();
    for (let i = 0; i < 3; i += 1) await rules.ensure(tables, { signal });
    state.chain = [['-j', 'DROP']];
    expect(await rules.ensure(tables, { signal })).toHaveLength(1);
    expect(state.writes).toBe(3);
  });
});
