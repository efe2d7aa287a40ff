import type { ApiObject } from '../object.js';

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  /** What the object was before, so that a selector can tell that it left. */
  readonly previous?: ApiObject;
  readonly version: number;
}

export type StoreListener = (event: StoreEvent) => void;

/** How many events of a collection a watch can go back. */
const historyLength = 10_000;

/** The objects of one resource, by `namespace/name`, with the recent past for watches that resume. */
export class Collection {
  readonly #objects = new Map<string, ApiObject>();
  /** In order, so that a namespace is a range and a page starts anywhere without sorting. */
  readonly #keys: string[] = [];
  readonly #listeners = new Set<StoreListener>();
  #history: StoreEvent[] = [];
  /** Events up to this version are forgotten. */
  #forgotten = 0;

  get forgotten(): number {
    return this.#forgotten;
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key);
  }

  set(key: string, object: ApiObject): void {
    if (!this.#objects.has(key)) this.#keys.splice(lowerBound(this.#keys, key), 0, key);
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (!this.#objects.delete(key)) return;
    this.#keys.splice(lowerBound(this.#keys, key), 1);
  }

  /** Objects of all or one namespace, in the order of their keys. */
  list(namespace: string | undefined): ApiObject[] {
    const [from, to] = this.#range(namespace);
    const objects: ApiObject[] = [];
    for (let index = from; index < to; index++) {
      const object = this.#objects.get(this.#keys[index] ?? '');
      if (object) objects.push(object);
    }
    return objects;
  }

  isEmpty(namespace: string): boolean {
    const [from, to] = this.#range(namespace);
    return from === to;
  }

  #range(namespace: string | undefined): [number, number] {
    if (namespace === undefined) return [0, this.#keys.length];
    // '0' is what comes after '/'.
    return [lowerBound(this.#keys, `${namespace}/`), lowerBound(this.#keys, `${namespace}0`)];
  }

  record(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length > 2 * historyLength) {
      const dropped = this.#history.splice(0, this.#history.length - historyLength);
      this.#forgotten = dropped.at(-1)?.version ?? this.#forgotten;
    }
    for (const listener of this.#listeners) listener(event);
  }

  eventsAfter(version: number): StoreEvent[] {
    const { length } = this.#history;
    let first = length;
    while (first > 0 && (this.#history[first - 1]?.version ?? 0) > version) first -= 1;
    return this.#history.slice(first);
  }

  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  forget(version: number): void {
    this.#history = [];
    this.#forgotten = version;
  }
}

/** Index of the first key that is not before `wanted`. */
function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
