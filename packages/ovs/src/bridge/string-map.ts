/** Keys and values as callers write them. */
export type StringMap = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

export function toMap(map: StringMap): ReadonlyMap<string, string> {
  return map instanceof Map ? map : new Map(Object.entries(map as Readonly<Record<string, string>>));
}

/** Whether `map` has every pair of `wanted`. */
export function includesPairs(map: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  return [...wanted].every(([key, value]) => map.get(key) === value);
}

export function samePairs(map: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  return map.size === wanted.size && includesPairs(map, wanted);
}
