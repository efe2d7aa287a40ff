import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger, type Logger } from '@antrea-ts/runtime';
import { backoffDelay, type BackoffOptions } from '../backoff.js';
import { isKubeError, KubeError } from '../errors.js';
import type { KubeClient, Selection } from '../kube-client.js';
import { pause } from '../pause.js';
import { isNamed } from '../rest/clean-object.js';
import { objectKey, type KubeObject, type Resource, type Stored } from '../resource.js';
import { Store, type IndexFunctions, type ReadonlyStore, type StoreListener } from './store.js';
import { VersionedStore } from './versioned-store.js';
import { versionAfter } from './watch-stream.js';

/** What to mirror, and how. */
export interface ReflectorOptions<T extends KubeObject, P> extends Selection {
  readonly client: Pick<KubeClient, 'listPages' | 'watch'>;
  readonly resource: Resource<T>;
  /** What is kept of each object (keep little, at scale); undefined: the object is left out. */
  readonly project: (object: Stored<T>) => P | undefined;
  /** True when a new projection says nothing new; listeners are then not told. */
  readonly isSame?: (previous: P, next: P) => boolean;
  readonly indexes?: IndexFunctions<P>;
  /** Told of every change, as `store.subscribe`. Must only record: it runs between events. */
  readonly onChange?: StoreListener<P>;
  /** Called once, when the store has everything for the first time. */
  readonly onSync?: () => void;
  readonly log?: Logger;
  readonly pageSize?: number;
  /**
   * Lists what the server has in its cache instead of the newest state: cheap for the server, for small lists on many
   * Nodes. Real servers then send everything in one page.
   */
  readonly fromCache?: boolean;
  /** Between failed attempts; default 0.8 s doubling to 30 s. */
  readonly backoff?: BackoffOptions;
}

/** Counts since start, for metrics. */
export interface ReflectorStats {
  readonly lists: number;
  readonly watches: number;
  readonly events: number;
  readonly failures: number;
}

/** Keeps a store equal to what the server has, through disconnects. Is a component: `start`, `stop`. */
export interface Reflector<P> {
  /** `reflector pods`. */
  readonly name: string;
  readonly store: ReadonlyStore<P>;
  /** True once the store has had everything; stays true. */
  readonly hasSynced: boolean;
  /** True while a watch is open. */
  readonly isConnected: boolean;
  readonly stats: ReflectorStats;
  /** Resolves when the store has everything; throws the signal's reason. */
  whenSynced(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Begins; does not wait for the first list. */
  start(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a reflector. Nothing happens before `start`. */
export function createReflector<T extends KubeObject, P>(options: ReflectorOptions<T, P>): Reflector<P> {
  return new ListWatchReflector(options);
}

/** Projection for those who want whole objects. */
export function wholeObject<T extends KubeObject>(object: Stored<T>): Stored<T> {
  return object;
}

const defaultBackoff: BackoffOptions = { initial: 800, max: 30_000 };

/** A watch that ended by itself sooner than this was not worth its name: a proxy or server in trouble. */
const shortestWatch = 1_000;

/** Objects taken in one go; at some 30 us each far below what would be felt. */
const objectsPerTurn = 500;

class ListWatchReflector<T extends KubeObject, P> implements Reflector<P> {
  readonly name: string;
  readonly store: Store<P>;
  readonly stats = { lists: 0, watches: 0, events: 0, failures: 0 };
  readonly #options: ReflectorOptions<T, P>;
  readonly #versions: VersionedStore<T, P>;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #onSynced = new Set<() => void>();
  #running: Promise<void> | undefined;
  #hasSynced = false;
  #isConnected = false;
  /** In a row, without an event between. */
  #failures = 0;
  /** The version up to which the store is complete; undefined: list. */
  #version: string | undefined;
  /** A cached list must not be older than what was seen before. */
  #seenVersion = '0';
  #distrustCache = false;

  constructor(options: ReflectorOptions<T, P>) {
    this.#options = options;
    this.name = `reflector ${options.resource.plural}`;
    this.#log = (options.log ?? silentLogger).child({ resource: options.resource.plural });
    this.store = new Store<P>(options.indexes ?? {}, (error) => this.#log.error('Listener failed', { error }));
    this.#versions = new VersionedStore(this.store, options);
    if (options.onChange !== undefined) this.store.subscribe(options.onChange);
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  whenSynced(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (this.#hasSynced) resolve();
      else if (signal?.aborted === true) reject(signal.reason as Error);
      else {
        const onAbort = (): void => {
          this.#onSynced.delete(onSynced);
          reject(signal?.reason as Error);
        };
        const onSynced = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        this.#onSynced.add(onSynced);
        signal?.addEventListener('abort', onAbort, { once: true });
      }
    });
  }

  start(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const stopping = this.#stopping.signal;
    const signal = options.signal === undefined ? stopping : AbortSignal.any([stopping, options.signal]);
    this.#running ??= this.#run(signal);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  /** Replaces what the store has by what the server has, page by page, and returns the version of the whole. */
  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, pageSize, fromCache } = this.#options;
    const resourceVersion = fromCache === true && !this.#distrustCache ? this.#seenVersion : undefined;
    const present = new Set<string>();
    let version = '';
    for await (const page of client.listPages(resource, { ...this.#selection(), pageSize, resourceVersion, signal })) {
      version = page.metadata.resourceVersion;
      for (let start = 0; start < page.items.length; start += objectsPerTurn) {
        for (const object of page.items.slice(start, start + objectsPerTurn)) present.add(this.#put(object));
        await nextTurn();
      }
    }
    this.#versions.dropAllBut(present);
    this.#seenVersion = version;
    this.#distrustCache = false;
    this.stats.lists++;
    this.#log.debug('Listed', { objects: present.size, version });
    if (!this.#hasSynced) this.#announceSync();
    return version;
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { client, resource } = this.#options;
    const startedAt = performance.now();
    let events = 0;
    try {
      const onOpen = (): void => {
        this.#isConnected = true;
        this.stats.watches++;
      };
      for await (const event of client.watch(resource, {
        ...this.#selection(),
        resourceVersion: from,
        signal,
        onOpen,
      })) {
        if (event.type !== 'BOOKMARK' && !isNamed(event.object)) {
          throw new KubeError('bad-answer', `watch ${resource.plural}: an object without metadata.name`);
        }
        const version = versionAfter(event);
        if (event.type === 'DELETED') this.#versions.drop(objectKey(event.object.metadata));
        else if (event.type !== 'BOOKMARK') this.#put(event.object);
        this.#version = version;
        this.#seenVersion = version;
        this.#failures = 0;
        this.stats.events++;
        events++;
      }
    } finally {
      this.#isConnected = false;
    }
    if (events === 0 && performance.now() - startedAt < shortestWatch) {
      throw new KubeError('unreachable', `watch ${resource.plural}: the server ended it at once`);
    }
    this.#log.debug('Watch ended', { events });
  }

  /** Decides from what failed whether to list again, and waits. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const wasListing = this.#version === undefined;
    // The cache is behind what we have seen: ask for the newest state instead.
    if (wasListing && isKubeError(error, 'expired', 'timeout')) this.#distrustCache = true;
    // From a version that the server cannot serve, or serves unreadably, there is no going on.
    if (isKubeError(error, 'expired', 'bad-answer', 'bad-request', 'not-found')) this.#version = undefined;
    const isFirstExpiry = !wasListing && this.#failures === 0 && isKubeError(error, 'expired');
    const asked = isKubeError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const delay = isFirstExpiry
      ? 0
      : Math.max(asked, backoffDelay(this.#failures, this.#options.backoff ?? defaultBackoff));
    this.#failures++;
    this.stats.failures++;
    this.#log.warn(wasListing ? 'Failed to list' : 'Watch failed', { error, retryInMs: Math.round(delay) });
    // When cancelled, the loop sees the signal.
    await pause(delay, signal).catch(() => {});
  }

  /** An object that cannot be projected is a fault of ours; the others must not suffer from it. */
  #put(object: Stored<T>): string {
    try {
      return this.#versions.put(object);
    } catch (error) {
      const key = objectKey(object.metadata);
      this.#log.error('Failed to take object', { key, error });
      return key;
    }
  }

  #announceSync(): void {
    this.#hasSynced = true;
    this.#log.info('Synced', { objects: this.store.size });
    this.#options.onSync?.();
    for (const onSynced of this.#onSynced) onSynced();
    this.#onSynced.clear();
  }

  #selection(): Selection {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return { namespace, labelSelector, fieldSelector };
  }
}
