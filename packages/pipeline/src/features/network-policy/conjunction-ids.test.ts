import { expect, it } from 'vitest';
import { ConjunctionIds } from './conjunction-ids.js';

it('begins after the one of DNS, and uses released ids again, the oldest release first', () => {
  const ids = new ConjunctionIds();
  expect([ids.allocate(), ids.allocate(), ids.allocate()]).toEqual([2, 3, 4]);
  ids.release(3);
  ids.release(2);
  expect([ids.allocate(), ids.allocate(), ids.allocate()]).toEqual([3, 2, 5]);
});

it('gives installed ids to rules with their hash only, until they are abandoned', () => {
  const ids = new ConjunctionIds(
    new Map([
      [77, [5, 3]],
      [88, [0xffff_ffff, 1]],
    ]),
  );
  expect([ids.claim(77), ids.allocate(), ids.allocate(), ids.allocate()]).toEqual([3, 2, 4, 6]);
  expect([ids.claim(77), ids.claim(77), ids.claim(99)]).toEqual([5, undefined, undefined]);
  expect(ids.abandonRecovered()).toEqual([0xffff_ffff]);
  ids.release(0xffff_ffff);
  expect([ids.allocate(), ids.allocate()]).toEqual([0xffff_ffff, 7]);
});
