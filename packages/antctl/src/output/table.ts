/** Text of a cell; undefined and empty ones are shown as missing. */
export type Cell = string | number | readonly string[] | undefined;

/** A column of a table of `T`. */
export interface Column<T> {
  /** In capitals, as the header shows it. */
  readonly name: string;
  /** Shown with `-o wide` only. */
  readonly wide?: boolean;
  cell(item: T, options: { readonly wide: boolean }): Cell;
}

export interface TableOptions {
  readonly wide: boolean;
  /** Rows stay in the order of the items; by default they are sorted by their texts, column by column. */
  readonly keepOrder?: boolean;
}

const missing = '<NONE>';
const longestList = 50;

/**
 * A table as antctl 1.3 has it: columns as wide as their widest cell and two blanks apart; `<NONE>` for what is missing
 * where there is more than one column; lists sorted, joined with commas and cut at 50 characters. Nothing: an empty
 * line. With `wide` lists are whole.
 */
export function renderTable<T>(columns: readonly Column<T>[], items: readonly T[], options: TableOptions): string {
  if (items.length === 0) return '\n';
  const shown = columns.filter(({ wide = false }) => options.wide || !wide);
  const rows = items.map((item) => shown.map((column) => cellText(column.cell(item, options), options)));
  if (!options.keepOrder) rows.sort(compareRows);
  if (shown.length > 1) for (const row of rows) for (const [at, text] of row.entries()) row[at] = text || missing;
  return alignRows([shown.map(({ name }) => name), ...rows]);
}

/** Lines of rows whose columns begin at the same place. */
export function alignRows(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, text] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, text.length);
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((text, at) => text.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function cellText(cell: Cell, { wide }: TableOptions): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'object') return onOneLine(String(cell));
  const items = [...cell].sort().map(onOneLine);
  return wide ? items.join(',') : summarize(items);
}

/** Names may be anything: they neither break lines nor command a terminal. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}

/** As many items as have room beside how many are left out; at least one. */
function summarize(items: readonly string[]): string {
  const whole = items.join(',');
  if (whole.length <= longestList) return whole;
  for (let count = items.length - 1; count > 1; count -= 1) {
    const text = `${items.slice(0, count).join(',')} + ${items.length - count} more...`;
    if (text.length <= longestList) return text;
  }
  return items.length === 1 ? whole : `${items[0]} + ${items.length - 1} more...`;
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (const [at, text] of a.entries()) {
    const other = b[at] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}
