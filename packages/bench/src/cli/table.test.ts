import { describe, expect, it } from 'vitest';
import { summarize } from '../measure/summary.js';
import { formatFigure, renderRows } from './table.js';

it.each([
  [0.123_456, '0.123'],
  [12.345, '12.3'],
  [999.6, '1 000'],
  [1_234, '1 230'],
  [123_456, '123 000'],
  [1_234_567, '1 230 000'],
])('formatFigure(%d) is %s', (value, text) => {
  expect(formatFigure(value)).toBe(text);
});

describe('renderRows', () => {
  it('puts rows with and without a peer in columns', () => {
    const table = renderRows([
      {
        what: 'install flows',
        unit: 'flows/s',
        better: 'higher',
        ours: summarize([90_000, 120_000, 100_000], 'higher'),
        peer: { tool: 'ovs-ofctl', summary: summarize([50_000], 'higher') },
        goal: '≥ 1.5x',
      },
      { what: 'lab up', unit: 's', better: 'lower', ours: summarize([2.04], 'lower') },
    ]);
    expect(table).toBe(
      [
        'WORKLOAD        MEDIAN     BEST     P99  UNIT     N  PEER       MEDIAN  N  RATIO  GOAL',
        'install flows  100 000  120 000  90 000  flows/s  3  ovs-ofctl  50 000  1  2.00x  ≥ 1.5x',
        'lab up            2.04     2.04    2.04  s        1',
      ].join('\n'),
    );
  });
});
