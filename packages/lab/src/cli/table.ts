/** Renders rows under a header, columns aligned, two spaces apart, as kubectl prints them. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => visibleWidth(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + ' '.repeat(widths[column]! - visibleWidth(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Colours take no room. */
function visibleWidth(text: string): number {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}
