import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NodeIndex } from './node-index.js';

const nodes = ['n1', 'n2', 'n3'];
const span = fc.option(fc.option(fc.subarray(nodes), { nil: undefined }));
const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), span);

it('has what Nodes need, whenever it was asked first', () => {
  fc.assert(
    fc.property(fc.array(step), fc.nat(10), (steps, asked) => {
      const index = new NodeIndex();
      const current = new Map<string, { name: string; span: Set<string> | undefined }>();
      for (const [at, [name, span]] of steps.entries()) {
        if (at === asked) index.of('n1', current.values());
        // Null: it is gone.
        const after = span === null ? undefined : { name, span: span && new Set(span) };
        index.changed(current.get(name), after);
        if (after) current.set(name, after);
        else current.delete(name);
      }
      for (const node of nodes) {
        const expected = [...current.values()].filter(({ span }) => span?.has(node)).map(({ name }) => name);
        expect([...index.of(node, current.values())].sort()).toEqual(expected.sort());
      }
    }),
  );
});
