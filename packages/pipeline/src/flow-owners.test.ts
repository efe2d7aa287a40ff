import { flowKey, type Flow } from '@antrea-ts/openflow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowOwners } from './flow-owners.js';

function flow(table: number, to: number): Flow {
  return { table, priority: 1, cookie: 1n, match: [], instructions: [{ kind: 'goto_table', table: to }] };
}

const comparable = (flows: Iterable<readonly [string, Flow]>): unknown =>
  [...flows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, value.instructions]);

const state = (owners: FlowOwners): unknown => comparable(owners.entries());

/** What is told of each key. */
function recorder() {
  const told = new Map<string, readonly [Flow | undefined, Flow | undefined]>();
  const onStated = (key: string, before: Flow | undefined, now: Flow | undefined) => void told.set(key, [before, now]);
  return { told, onStated };
}

describe('FlowOwners', () => {
  it('tells what was desired and what is now', () => {
    const owners = new FlowOwners();
    owners.set('a', [flow(1, 10), flow(2, 10)]);
    const { told, onStated } = recorder();
    const stated = owners.set('a', [flow(2, 11)], onStated);
    expect([...told]).toEqual([
      [flowKey(flow(2, 11)), [flow(2, 10), flow(2, 11)]],
      [flowKey(flow(1, 10)), [flow(1, 10), undefined]],
    ]);
    expect(stated).toEqual(new Set(told.keys()));
    owners.set('a', []);
    expect(owners.size).toBe(0);
  });

  it('lets the first owner by name have its way, and the next when it goes', () => {
    const owners = new FlowOwners();
    const key = flowKey(flow(1, 20));
    owners.set('b', [flow(1, 20)]);
    owners.set('a', [flow(1, 10)]);
    owners.set('c', [flow(1, 30)]);
    expect(owners.flow(key)).toEqual(flow(1, 10));
    expect(owners.ownersOf(key)).toEqual(['a', 'b', 'c']);
    owners.set('a', []);
    expect(owners.flow(key)).toEqual(flow(1, 20));
    owners.set('c', []);
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

  it('holds the same state whatever the way to it, and what it tells adds up to that state', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const owners = new FlowOwners();
        const followed = new Map<string, Flow>();
        const follow = (key: string, before: Flow | undefined, now: Flow | undefined): void => {
          expect(followed.get(key)).toBe(before);
          if (now) followed.set(key, now);
          else followed.delete(key);
        };
        for (const { owner, flows } of sequence) {
          const wanted = flows.map(([table, to]) => flow(table, to));
          owners.set(owner, wanted, follow);
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
        for (const [key] of owners.entries()) expect(direct.ownersOf(key)).toEqual(owners.ownersOf(key));
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
          const [byPatch, bySet] = [recorder(), recorder()];
          patched.patch(owner, { set: after, removed }, byPatch.onStated);
          stated.set(owner, wanted, bySet.onStated);
          expect(byPatch.told).toEqual(bySet.told);
        }
        expect(state(patched)).toEqual(state(stated));
      }),
    );
  });
});
