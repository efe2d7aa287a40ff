import { ApiError } from '../status.js';
import type { ApiObject } from '../object.js';

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  /** What the object was before, so that a selector can tell that it left. */
  readonly previous?: ApiObject;
  readonly version: number;
}

type Listener = (event: StoreEvent) => void;

/** How many events of a collection a watch can go back. */
const historyLength = 10_000;

/** The objects of one resource, by `namespace/name`, with the recent past for watches that resume. */
class Collection {
  readonly objects = new Map<string, ApiObject>();
  readonly listeners = new Set<Listener>();
  history: StoreEvent[] = [];
  /** Events up to this version are forgotten. */
  forgotten = 0;

  record(event: StoreEvent): void {
    this.history.push(event);
    if (this.history.length > 2 * historyLength) {
      const dropped = this.history.splice(0, this.history.length - historyLength);
      this.forgotten = dropped.at(-1)?.version ?? this.forgotten;
    }
    for (const listener of this.listeners) listener(event);
  }
}

/** Key of an object within its collection. */
export function objectKey({ metadata }: Pick<ApiObject, 'metadata'>): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/**
 * All objects of the cluster, in memory. One counter gives every change its resource version, as etcd's revision does,
 * so that versions of different resources can be compared.
 */
export class Store {
  readonly #collections = new Map<string, Collection>();
  #version = 1;

  get version(): number {
    return this.#version;
  }

  get(collection: string, key: string): ApiObject | undefined {
    return this.#collections.get(collection)?.objects.get(key);
  }

  /** In the order of their keys, which is what paging relies on. */
  list(collection: string, namespace?: string): ApiObject[] {
    const objects = this.#collections.get(collection)?.objects;
    if (!objects) return [];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return [...objects]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
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

  remove(collection: string, object: ApiObject): ApiObject {
    const from = this.#collection(collection);
    const key = objectKey(object);
    const previous = from.objects.get(key);
    if (!previous) return object;
    from.objects.delete(key);
    const version = ++this.#version;
    const last = withVersion(object, version);
    from.record({ type: 'DELETED', object: last, previous, version });
    return last;
  }

  /**
   * Calls back for every change after `since`, first those that have been. Throws `Expired` when the past does not
   * reach back that far. Returns the end of it.
   */
  watch(collection: string, since: number, listener: Listener): () => void {
    const from = this.#collection(collection);
    if (since < from.forgotten) {
      throw new ApiError('Expired', `too old resource version: ${since} (${from.forgotten + 1})`);
    }
    for (const event of from.history) if (event.version > since) listener(event);
    from.listeners.add(listener);
    return () => void from.listeners.delete(listener);
  }

  /** Forgets the past, as a compaction does: every older watch has to list again. */
  compact(): void {
    for (const collection of this.#collections.values()) {
      collection.history = [];
      collection.forgotten = this.#version;
    }
  }

  #put(collection: string, object: ApiObject, previous: ApiObject | undefined): ApiObject {
    const into = this.#collection(collection);
    const version = ++this.#version;
    const stored = withVersion(object, version);
    into.objects.set(objectKey(stored), stored);
    into.record({
      type: previous ? 'MODIFIED' : 'ADDED',
      object: stored,
      version,
      ...(previous ? { previous } : {}),
    });
    return stored;
  }

  #collection(name: string): Collection {
    let collection = this.#collections.get(name);
    if (!collection) this.#collections.set(name, (collection = new Collection()));
    return collection;
  }
}

function withVersion(object: ApiObject, version: number): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

export function conflictMessage(collection: string, name: string): string {
  return `Operation cannot be fulfilled on ${collection} "${name}": the object has been modified; please apply your changes to the latest version and try again`;
}
