import { ApiError } from '../status.js';
import type { ApiObject } from '../object.js';
import { Collection, type StoreListener } from './collection.js';

export type { StoreEvent, StoreListener } from './collection.js';

/** Key of an object within its collection. */
export function objectKey({ metadata }: Pick<ApiObject, 'metadata'>): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** What a snapshot holds: every object, by collection, and the version that the cluster had reached. */
export interface StoreContent {
  readonly version: number;
  readonly collections: Readonly<Record<string, readonly ApiObject[]>>;
}

/**
 * All objects of the cluster, in memory. One counter gives every change its resource version, as etcd's revision does,
 * so that versions of different resources can be compared. Listeners are called at once, before the writer goes on.
 */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #everywhere = new Set<(collection: string, event: Parameters<StoreListener>[0]) => void>();
  #version = 1;

  get version(): number {
    return this.#version;
  }

  get(collection: string, key: string): ApiObject | undefined {
    return this.#collections.get(collection)?.get(key);
  }

  /** In the order of their keys, which is what paging relies on. */
  list(collection: string, namespace?: string): ApiObject[] {
    return this.#collections.get(collection)?.list(namespace) ?? [];
  }

  isEmpty(collection: string, namespace: string): boolean {
    return this.#collections.get(collection)?.isEmpty(namespace) ?? true;
  }

  collections(): readonly string[] {
    return [...this.#collections.keys()];
  }

  /** Stores a new object; the caller has made sure that there is none. */
  add(collection: string, object: ApiObject): ApiObject {
    return this.#put(collection, object, undefined);
  }

  /**
   * Replaces an object. `expected` is the version it must have still; another writer's change since then is a conflict
   * that the caller repeats or reports.
   */
  replace(collection: string, object: ApiObject, expected: ApiObject): ApiObject {
    const current = this.get(collection, objectKey(object));
    if (current !== expected) {
      throw new ApiError('Conflict', conflictMessage(collection, object.metadata.name));
    }
    return this.#put(collection, object, current);
  }

  /** Removes an object; what is not there any more is not removed twice. */
  remove(collection: string, object: ApiObject): ApiObject {
    const from = this.#collection(collection);
    const key = objectKey(object);
    const previous = from.get(key);
    if (!previous) return object;
    from.delete(key);
    const version = ++this.#version;
    const last = withVersion(object, version);
    this.#record(collection, from, { type: 'DELETED', object: last, previous, version });
    return last;
  }

  /**
   * Calls back for every change after `since`, first those that have been. Throws `Expired` when the past does not
   * reach back that far. Returns the end of it.
   */
  watch(collection: string, since: number, listener: StoreListener): () => void {
    const from = this.#collection(collection);
    if (since < from.forgotten) {
      throw new ApiError('Expired', `too old resource version: ${since} (${from.forgotten + 1})`);
    }
    for (const event of from.eventsAfter(since)) listener(event);
    return from.subscribe(listener);
  }

  /** Calls back for every change from now on, in whatever collection. */
  watchAll(listener: (collection: string, event: Parameters<StoreListener>[0]) => void): () => void {
    this.#everywhere.add(listener);
    return () => void this.#everywhere.delete(listener);
  }

  /** Forgets the past, as a compaction does: every older watch has to list again. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.forget(this.#version);
  }

  content(): StoreContent {
    const collections = [...this.#collections].map(([name, collection]) => [name, collection.list(undefined)] as const);
    return { version: this.#version, collections: Object.fromEntries(collections) };
  }

  /** Takes over the content of a snapshot, before anybody listens. Its past is not known. */
  restore({ version, collections }: StoreContent): void {
    this.#version = version;
    for (const [name, objects] of Object.entries(collections)) {
      const collection = this.#collection(name);
      for (const object of objects) collection.set(objectKey(object), object);
    }
    this.compact();
  }

  #put(collection: string, object: ApiObject, previous: ApiObject | undefined): ApiObject {
    const into = this.#collection(collection);
    const version = ++this.#version;
    const stored = withVersion(object, version);
    into.set(objectKey(stored), stored);
    this.#record(collection, into, {
      type: previous ? 'MODIFIED' : 'ADDED',
      object: stored,
      version,
      ...(previous ? { previous } : {}),
    });
    return stored;
  }

  #record(name: string, collection: Collection, event: Parameters<StoreListener>[0]): void {
    collection.record(event);
    for (const listener of this.#everywhere) listener(name, event);
  }

  #collection(name: string): Collection {
    let collection = this.#collections.get(name);
    if (!collection) {
      collection = new Collection();
      this.#collections.set(name, collection);
    }
    return collection;
  }
}

function withVersion(object: ApiObject, version: number): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

export function conflictMessage(collection: string, name: string): string {
  return `Operation cannot be fulfilled on ${collection} "${name}": the object has been modified; please apply your changes to the latest version and try again`;
}
