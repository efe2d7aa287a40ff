const maxCopied = 4;

/**
 * A list with an item more; it may be the same list. A list that grows takes room for sixteen more, a new one only for
 * what is in it: where hundreds of thousands of lists have one or two items, that is most of their memory.
 */
export function append<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  if (list.length < maxCopied) return list.concat([item]);
  list.push(item);
  return list;
}
