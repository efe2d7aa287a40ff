import { flowKey, type Flow } from '@antrea-ts/openflow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowOwners } from './flow-owners.js';

function flow(table: number, to: number): Flow {
  return { table, priority: 1, cookie: 1n, match: [], instructions: [{ kind: 'goto_table', table: to }] };
}

const comparable = (flows: ReadonlyMap<string, Flow>): unknown =>
  [...flows].sort(([a], [b]) => a.localeCompare(b)).map(([key, value]) => [key, value.instructions]);

const state = (owners: FlowOwners): unknown => comparable(owners.flows());

describe('FlowOwners', () => {
  it('gives what changed', () => {
    const owners = new FlowOwners();
    expect([...owners.set('a', [flow(1, 10), flow(2, 10)]).set.values()]).toHaveLength(2);
    const { set, removed } = owners.set('a', [flow(2, 11)]);
    expect([...set.values()]).toEqual([flow(2, 11)]);
    expect(removed.size).toBe(1);
    owners.set('a', []);
    expect(owners.owners()).toEqual([]);
  });

  it('lets the first owner by name have its way, and the next when it goes', () => {
    const owners = new FlowOwners();
    owners.set('b', [flow(1, 20)]);
    const [key = ''] = owners.set('a', [flow(1, 10)]).set.keys();
    expect(owners.flow(key)).toEqual(flow(1, 10));
    expect(owners.conflicts()).toEqual([{ key, winner: 'a', losers: ['b'] }]);
    owners.set('a', []);
    expect(owners.flow(key)).toEqual(flow(1, 20));
    expect(owners.ownersOf(key)).toEqual(['b']);
  });

  const steps = fc.array(
    fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      flows: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 10, max: 12 })), {
        selector: ([table]) => table,
        maxLength: 4,
      }),
    }),
    { maxLength: 20 },
  );

  it('holds the same state whatever the way to it, and its changes add up to that state', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const owners = new FlowOwners();
        const followed = new Map<string, Flow>();
        for (const { owner, flows } of sequence) {
          const { set, removed } = owners.set(
            owner,
            flows.map(([table, to]) => flow(table, to)),
          );
          for (const [key, value] of set) followed.set(key, value);
          for (const key of removed) followed.delete(key);
        }
        expect(comparable(followed)).toEqual(state(owners));

        const last = new Map(sequence.map(({ owner, flows }) => [owner, flows]));
        const direct = new FlowOwners();
        for (const [owner, flows] of [...last].reverse())
          direct.set(
            owner,
            flows.map(([table, to]) => flow(table, to)),
          );
        expect(state(direct)).toEqual(state(owners));
      }),
    );
  });

  it('comes to the same by changes of some flows as by stating all', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const [stated, patched] = [new FlowOwners(), new FlowOwners()];
        const ofOwner = new Map<string, Map<string, Flow>>();
        for (const { owner, flows } of sequence) {
          const wanted = flows.map(([table, to]) => flow(table, to));
          const before = ofOwner.get(owner) ?? new Map<string, Flow>();
          const after = new Map(wanted.map((each) => [flowKey(each), each]));
          ofOwner.set(owner, after);
          const removed = new Set([...before.keys()].filter((key) => !after.has(key)));
          const told = patched.patch(owner, { set: after, removed });
          const expected = stated.set(owner, wanted);
          expect(comparable(told.set)).toEqual(comparable(expected.set));
          expect(told.removed).toEqual(expected.removed);
        }
        expect(state(patched)).toEqual(state(stated));
      }),
    );
  });
});
