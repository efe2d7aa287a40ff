import pc from 'picocolors';
import { renderTable } from '../cli/table.js';
import type { MeasuredRow, Measurement, Target } from './measure.js';

/** Renders who reaches whom: a row for each place, a column for each target. */
export function renderMeasurements(rows: readonly MeasuredRow[], targets: readonly Target[]): string {
  return renderTable(
    ['FROM', '', ...targets.map(({ name, address }) => `${name} ${pc.dim(address)}`)],
    rows.map(({ place, cells }) => [
      place.name,
      pc.dim(place.detail),
      ...cells.map((cell, index) => (targets[index]!.name === place.name ? pc.dim(renderCell(cell)) : colour(cell))),
    ]),
  );
}

function colour(cell: Measurement): string {
  return cell.reached === 'wholly' ? pc.green(renderCell(cell)) : pc.red(renderCell(cell));
}

function renderCell({ pingMs, httpStatus, httpMs }: Measurement): string {
  const ping = pingMs === undefined ? 'no ping' : `${pingMs.toFixed(2)} ms`;
  const http = httpStatus === undefined ? 'no HTTP' : `${httpStatus} in ${(httpMs ?? 0).toFixed(1)} ms`;
  return `${ping}, ${http}`;
}
