import type { ColumnType } from './schema.js';
import type { Atom, Value } from './value.js';

/**
 * Applies a column's difference from a `modify` update (ovsdb-server(7) section 4.1.14): single values are replaced;
 * of sets, elements of the difference are removed if present and added if not; of maps, a pair that is there is
 * removed and any other is set. Columns that hold at most one element count as single values.
 */
export function applyDifference(type: ColumnType, old: Value, difference: Value): Value {
  if (type.kind === 'set') return toggleElements(old as readonly Atom[], difference as readonly Atom[]);
  if (type.kind === 'map' && type.max > 1) {
    return togglePairs(old as ReadonlyMap<Atom, Atom>, difference as ReadonlyMap<Atom, Atom>);
  }
  return difference;
}

function toggleElements(old: readonly Atom[], difference: readonly Atom[]): readonly Atom[] {
  const result = new Set(old);
  for (const element of difference) if (!result.delete(element)) result.add(element);
  return [...result];
}

function togglePairs(old: ReadonlyMap<Atom, Atom>, difference: ReadonlyMap<Atom, Atom>): ReadonlyMap<Atom, Atom> {
  const result = new Map(old);
  for (const [key, value] of difference) {
    if (result.has(key) && result.get(key) === value) result.delete(key);
    else result.set(key, value);
  }
  return result;
}

/** Whether two values of a column are the same; the order of a set or map does not count. */
export function sameValue(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    const elements = new Set<Atom>(a as readonly Atom[]);
    return a.length === b.length && (b as readonly Atom[]).every((element) => elements.has(element));
  }
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...b].every(([key, value]) => a.has(key) && a.get(key) === value);
  }
  return a === b;
}
