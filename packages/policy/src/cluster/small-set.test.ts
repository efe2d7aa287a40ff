import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SmallSet } from './small-set.js';

/** More than are kept in a list. */
const element = fc.integer({ min: 0, max: 24 }).map((number) => `e${number}`);
const step = fc.record({ what: fc.constantFrom('add', 'add', 'add', 'delete'), element });

it('is a set, whatever it keeps its elements in', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const [small, expected] = [new SmallSet<string>(), new Set<string>()];
      for (const { what, element } of steps) {
        expect(small[what](element)).toBe((what === 'add') !== expected.has(element));
        expected[what](element);
        const told: string[] = [];
        small.forEach((each) => told.push(each));
        expect([small.size, told, [...small], small.values()]).toEqual([
          expected.size,
          ...Array.from({ length: 3 }, () => [...expected]),
        ]);
        for (const each of ['e0', 'e7', element]) {
          expect(small.has(each)).toBe(expected.has(each));
          expect(small.find((found) => found === each)).toBe(expected.has(each) ? each : undefined);
        }
      }
    }),
  );
});
