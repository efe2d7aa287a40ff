import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratio, summarize } from './summary.js';

const oneToHundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('summarize', () => {
  it.each([
    ['one', [7], 'lower', { count: 1, median: 7, best: 7, p99: 7 }],
    ['an odd number, unsorted', [3, 1, 2], 'lower', { count: 3, median: 2, best: 1, p99: 3 }],
    ['an even number', [4, 1, 2, 3], 'lower', { count: 4, median: 2.5, best: 1, p99: 4 }],
    ['rates, where more is better', [4, 1, 2, 3], 'higher', { count: 4, median: 2.5, best: 4, p99: 1 }],
    ['a hundred times', oneToHundred, 'lower', { count: 100, median: 50.5, best: 1, p99: 99 }],
    ['a hundred rates', oneToHundred, 'higher', { count: 100, median: 50.5, best: 100, p99: 2 }],
    ['numbers, not their text', [10, 9, 100], 'lower', { count: 3, median: 10, best: 9, p99: 100 }],
  ] as const)('of %s', (_, samples, better, expected) => {
    expect(summarize(samples, better)).toEqual(expected);
  });

  it('of nothing is an error', () => {
    expect(() => summarize([], 'lower')).toThrow(RangeError);
  });

  it('puts best, median and p99 in order, in either direction', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(samples, (values) => {
        const times = summarize(values, 'lower');
        const rates = summarize(values, 'higher');
        expect(times.best).toBeLessThanOrEqual(times.median);
        expect(times.median).toBeLessThanOrEqual(times.p99);
        expect(rates.best).toBeGreaterThanOrEqual(rates.median);
        expect(rates.median).toBeGreaterThanOrEqual(rates.p99);
      }),
    );
  });
});

describe('ratio', () => {
  const of = (median: number) => summarize([median], 'lower');
  it.each([
    [200, 100, 'higher', 2],
    [200, 100, 'lower', 0.5],
    [5, 20, 'lower', 4],
  ] as const)('of our %d to a peer’s %d, where %s is better, is %d', (ours, peer, better, expected) => {
    expect(ratio(of(ours), of(peer), better)).toBe(expected);
  });
});
