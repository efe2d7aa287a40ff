import { describe, expect, it } from 'vitest';
import { renderTable, type Column } from './table.js';

interface Row {
  readonly name: string;
  readonly ips?: readonly string[];
}

const columns: readonly Column<Row>[] = [
  { name: 'NAME', cell: ({ name }) => name },
  { name: 'IPS', cell: ({ ips }) => ips },
  { name: 'LENGTH', wide: true, cell: ({ name }) => name.length },
];
const table = (rows: readonly Row[], options: { wide?: boolean; keepOrder?: boolean } = {}): string[] =>
  renderTable(columns, rows, { wide: false, ...options }).split('\n');

describe('renderTable', () => {
  it('aligns, sorts rows and lists, and names what is missing', () => {
    expect(table([{ name: 'web', ips: ['fd00::1', '10.0.0.1'] }, { name: 'a' }])).toEqual([
      'NAME  IPS',
      'a     <NONE>',
      'web   10.0.0.1,fd00::1',
      '',
    ]);
  });

  it('keeps an order that has a meaning, and shows all columns when wide', () => {
    expect(table([{ name: 'b' }, { name: 'a' }], { keepOrder: true, wide: true })).toEqual([
      'NAME  IPS     LENGTH',
      'b     <NONE>  1',
      'a     <NONE>  1',
      '',
    ]);
  });

  it('has each row on one line, and nothing that commands a terminal', () => {
    const [, row, end] = table([{ name: 'a\nb\u001b[2Jc', ips: ['10.0.0.1\r'] }]);
    expect([row, end]).toEqual(['a b [2Jc  10.0.0.1', '']);
  });

  it('is an empty line when there is nothing', () => {
    expect(table([])).toEqual(['', '']);
  });

  it('leaves a single column empty', () => {
    expect(renderTable([columns[1]!], [{ name: 'a' }], { wide: false })).toBe('IPS\n\n');
  });

  const addresses = (count: number): string[] => Array.from({ length: count }, (_, index) => `10.0.0.${100 + index}`);

  it.each([
    [5, '10.0.0.100,10.0.0.101,10.0.0.102 + 2 more...'],
    [4, '10.0.0.100,10.0.0.101,10.0.0.102,10.0.0.103'],
    [1000, '10.0.0.100,10.0.0.1000,10.0.0.1001 + 997 more...'],
  ])('cuts a list of %d at 50 characters', (count, text) => {
    const line = table([{ name: 'g', ips: addresses(count) }])[1]?.slice('NAME  '.length);
    expect(line).toBe(text);
    expect(text.length).toBeLessThanOrEqual(50);
    expect(table([{ name: 'g', ips: addresses(count) }], { wide: true })[1]).not.toContain('more');
  });

  it('shows at least one item, however long', () => {
    const long = 'x'.repeat(80);
    expect(table([{ name: 'g', ips: [long, `${long}y`] }])[1]).toBe(`g     ${long} + 1 more...`);
  });
});
