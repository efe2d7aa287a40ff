import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WatchStore, type StoreChange, type WatchedKind, type WatchSelection } from './watch-store.js';

interface Thing {
  readonly name: string;
  readonly span: ReadonlySet<string> | undefined;
  readonly members: readonly { readonly node: string; readonly id: number }[];
}

const onNode = (thing: Thing, node: string | undefined) =>
  thing.members.filter((member) => node === undefined || member.node === node).map(({ id }) => id);

/** Members of the watcher's Node, told as a patch: the shape of AppliedToGroups. */
const perNodeKind: WatchedKind<Thing, StoreChange<Thing>> = {
  perNode: true,
  full: (thing, node) => ({ name: thing.name, members: onNode(thing, node) }),
  modified: ({ before, after }, node) => {
    const [was, is] = [onNode(before, node), onNode(after, node)];
    const added = is.filter((id) => !was.includes(id));
    const removed = was.filter((id) => !is.includes(id));
    return added.length + removed.length > 0 ? { name: after.name, added, removed } : undefined;
  },
  deleted: ({ name }) => ({ name }),
  empty: () => ({}),
};
const wholeKind: WatchedKind<Thing, StoreChange<Thing>> = {
  ...perNodeKind,
  perNode: false,
  full: (thing) => ({ name: thing.name, members: onNode(thing, undefined) }),
  modified: ({ after }) => ({ name: after.name, members: onNode(after, undefined) }),
};

function thing(name: string, members: Record<number, string>, span?: string[]): Thing {
  const list = Object.entries(members).map(([id, node]) => ({ id: Number(id), node }));
  return { name, members: list, span: new Set(span ?? list.map(({ node }) => node)) };
}

type Seen = { readonly type: string; readonly object: Record<string, unknown> };

/** Collects what a watch tells; `until` resolves when it has told so much. */
function follow(store: WatchStore<Thing>, selection: WatchSelection = {}) {
  const watcher = store.watch(selection);
  const seen: Seen[] = [];
  const ended = (async () => {
    for await (const piece of watcher) {
      for (const line of piece.trimEnd().split('\n')) seen.push(JSON.parse(line) as Seen);
    }
  })();
  return { watcher, seen, ended };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WatchStore', () => {
  it('tells what is there, a bookmark, then changes in the terms of the watcher', async () => {
    const store = new WatchStore(perNodeKind);
    const a = thing('a', { 1: 'n1', 2: 'n2' });
    store.apply([{ after: a }, { after: thing('b', { 3: 'n2' }) }]);
    const { seen, watcher, ended } = follow(store, { nodeName: 'n1' });
    await turn();
    expect(seen).toEqual([
      { type: 'ADDED', object: { name: 'a', members: [1] } },
      { type: 'BOOKMARK', object: {} },
    ]);
    seen.length = 0;
    const a2 = thing('a', { 1: 'n1', 4: 'n1', 2: 'n3' });
    const a3 = thing('a', { 1: 'n1', 4: 'n1', 2: 'n2' });
    const c = thing('c', { 5: 'n1' });
    store.apply([{ before: a, after: a2 }, { before: a2, after: a3 }, { after: c }]);
    store.apply([{ before: a3, after: thing('a', { 2: 'n2' }) }, { before: c }]);
    await turn();
    expect(seen).toEqual([
      { type: 'MODIFIED', object: { name: 'a', added: [4], removed: [] } },
      { type: 'ADDED', object: { name: 'c', members: [5] } },
      { type: 'DELETED', object: { name: 'a' } },
      { type: 'DELETED', object: { name: 'c' } },
    ]);
    watcher.end();
    await ended;
    expect(store.watchers).toBe(0);
  });

  it('tells one object by name, and those not spanned to nobody of a Node', async () => {
    const store = new WatchStore(wholeKind);
    store.apply([{ after: thing('a', { 1: 'n1' }) }, { after: { ...thing('b', { 2: 'n1' }), span: undefined } }]);
    const byName = follow(store, { name: 'b' });
    const byNode = follow(store, { nodeName: 'n1' });
    await turn();
    expect(byName.seen.map(({ object }) => object['name'])).toEqual(['b', undefined]);
    expect(byNode.seen.map(({ object }) => object['name'])).toEqual(['a', undefined]);
    store.close();
    await Promise.all([byName.ended, byNode.ended]);
  });

  it('cuts off who does not read, and nobody else', async () => {
    const store = new WatchStore(wholeKind, { events: 10, bytes: 1_000_000 });
    const lazy = store.watch({});
    const { seen, watcher } = follow(store);
    let before: Thing | undefined;
    for (let i = 0; i < 30; i++) {
      const after = thing('a', { [i]: 'n1' });
      store.apply([before ? { before, after } : { after }]);
      before = after;
      await turn();
    }
    expect(lazy.ended.aborted).toBe(true);
    expect(watcher.ended.aborted).toBe(false);
    expect(seen).toHaveLength(31);
    expect(store.watchers).toBe(1);
    watcher.end();
  });

  it('encodes an event that is the same for all once', async () => {
    let encoded = 0;
    const counting: typeof wholeKind = {
      ...wholeKind,
      modified: ({ after }) => (encoded++, { name: after.name }),
    };
    const store = new WatchStore(counting);
    const all = Array.from({ length: 50 }, () => store.watch({ nodeName: 'n1' }));
    const others = Array.from({ length: 50 }, (_, i) => store.watch({ nodeName: `other-${i}` }));
    const a = thing('a', { 1: 'n1' });
    store.apply([{ after: a }, { before: a, after: thing('a', { 2: 'n1' }) }]);
    expect(encoded).toBe(1);
    for (const watcher of [...all, ...others]) watcher.end();
  });

  it('a replica that follows the events has what a list has, whenever it begins', async () => {
    const nodes = ['n1', 'n2', 'n3'];
    const state = fc.option(fc.dictionary(fc.nat(5).map(String), fc.constantFrom(...nodes), { maxKeys: 5 }));
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), state);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(30), async (steps, begin) => {
        const store = new WatchStore(perNodeKind);
        const current = new Map<string, Thing>();
        const watched: [string | undefined, ReturnType<typeof follow>][] = [];
        for (const [index, [name, members]] of steps.entries()) {
          if (index === begin) {
            for (const node of [...nodes, undefined]) watched.push([node, follow(store, { nodeName: node })]);
          }
          const before = current.get(name);
          const after = members ? thing(name, members) : undefined;
          if (after) current.set(name, after);
          else current.delete(name);
          store.apply([{ ...(before ? { before } : {}), ...(after ? { after } : {}) }]);
          if (index % 3 === 0) await turn();
        }
        await turn();
        for (const [node, { seen, watcher }] of watched) {
          const expected = new Map(
            [...current.values()]
              .filter(({ span }) => node === undefined || span?.has(node))
              .map((object) => [object.name, new Set(onNode(object, node))]),
          );
          expect(replicaOf(seen)).toEqual(expected);
          watcher.end();
          // Whoever comes after all that has it at once.
          const late = follow(store, { nodeName: node });
          await turn();
          expect(replicaOf(late.seen)).toEqual(expected);
          late.watcher.end();
        }
      }),
      { numRuns: 200 },
    );
  });
});

function replicaOf(seen: readonly Seen[]): Map<string, Set<number>> {
  const replica = new Map<string, Set<number>>();
  for (const { type, object } of seen) {
    const name = object['name'] as string;
    if (type === 'ADDED') replica.set(name, new Set(object['members'] as number[]));
    if (type === 'DELETED') replica.delete(name);
    if (type !== 'MODIFIED') continue;
    for (const id of object['added'] as number[]) replica.get(name)?.add(id);
    for (const id of object['removed'] as number[]) replica.get(name)?.delete(id);
  }
  return replica;
}
