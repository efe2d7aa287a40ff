/** Whether a column of OVSDB holds exactly these pairs. */
export function holdsExactly(column: ReadonlyMap<string, string>, pairs: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(pairs);
  return column.size === entries.length && entries.every(([key, value]) => column.get(key) === value);
}
