import { ratio } from '../measure/summary.js';
import type { Row } from '../workload.js';

const header = ['WORKLOAD', 'MEDIAN', 'BEST', 'P99', 'UNIT', 'N', 'PEER', 'MEDIAN', 'N', 'RATIO', 'GOAL'];
/** Columns of figures, which are aligned to the right. */
const figures = new Set([1, 2, 3, 5, 7, 8, 9]);

/** The table: one line per row. */
export function renderRows(rows: readonly Row[]): string {
  return renderColumns([header, ...rows.map(cells)]);
}

function cells({ what, unit, better, ours, peer, goal = '' }: Row): string[] {
  const own = [what, ...[ours.median, ours.best, ours.p99].map(formatFigure), unit, String(ours.count)];
  if (peer === undefined) return [...own, '', '', '', '', goal];
  const { tool, summary } = peer;
  return [
    ...own,
    tool,
    formatFigure(summary.median),
    String(summary.count),
    `${ratio(ours, summary, better).toPrecision(3)}x`,
    goal,
  ];
}

/** Three significant digits; no more than a measurement has. */
export function formatFigure(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) < 1_000) return value.toPrecision(3);
  return String(rounded).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

function renderColumns(lines: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const pad = (cell: string, column: number): string =>
    figures.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
