import type { ApiObject } from '../object.js';
import type { Operations } from '../operations.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { storageKey, type ApiResource } from '../resources/resource.js';
import type { Store } from '../storage/store.js';

const context = {
  dryRun: false,
  user: 'system:garbage-collector',
  groups: [],
  fieldManager: 'garbage-collector',
} as const;

/**
 * Deletes objects whose owners are all gone, and lets owners go that wait for their dependents (foreground) or want
 * them kept (orphan). Looks again after every deletion; the lab's clusters are small.
 */
export class GarbageCollector {
  readonly #store: Store;
  readonly #registry: ResourceRegistry;
  readonly #operations: Operations;
  readonly #watched = new Map<string, () => void>();
  #scheduled = false;

  constructor(modules: {
    readonly store: Store;
    readonly registry: ResourceRegistry;
    readonly operations: Operations;
  }) {
    this.#store = modules.store;
    this.#registry = modules.registry;
    this.#operations = modules.operations;
  }

  start(): void {
    this.#follow();
  }

  stop(): void {
    for (const unsubscribe of this.#watched.values()) unsubscribe();
    this.#watched.clear();
  }

  /** Follows every collection that exists by now. */
  #follow(): void {
    for (const resource of this.#registry.all()) {
      const collection = storageKey(resource);
      if (resource.virtual || this.#watched.has(collection)) continue;
      const unsubscribe = this.#store.watch(collection, this.#store.version, ({ type, object }) => {
        const owned = (object.metadata.ownerReferences ?? []).length > 0;
        if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined || (type === 'ADDED' && owned))
          this.#schedule();
      });
      this.#watched.set(collection, unsubscribe);
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      void this.#collect();
    }, 10).unref();
  }

  async #collect(): Promise<void> {
    this.#follow();
    const objects = this.#objects();
    const uids = new Set(objects.map(({ object }) => object.metadata.uid));
    for (const { resource, object } of objects) {
      const owners = object.metadata.ownerReferences ?? [];
      const target = { resource, namespace: object.metadata.namespace, name: object.metadata.name };
      if (owners.length > 0 && owners.every(({ uid }) => !uids.has(uid))) {
        if (object.metadata.deletionTimestamp !== undefined) continue;
        await this.#operations.delete(target, {}, context).catch(() => undefined);
      }
      await this.#releaseOwner({ resource, object }, objects);
    }
  }

  /** Takes the collector's own finalizers off an owner whose dependents are dealt with. */
  async #releaseOwner({ resource, object }: Owned, objects: readonly Owned[]): Promise<void> {
    const { finalizers = [], deletionTimestamp, uid, name, namespace } = object.metadata;
    const ours: readonly string[] = finalizers.filter((finalizer) => collectorFinalizers.includes(finalizer));
    if (deletionTimestamp === undefined || ours.length === 0) return;
    const dependents = objects.filter((other) =>
      other.object.metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );
    for (const dependent of dependents) {
      const { metadata } = dependent.object;
      const target = { resource: dependent.resource, namespace: metadata.namespace, name: metadata.name };
      if (ours.includes('orphan')) {
        const ownerReferences = metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
        const patch = {
          metadata: {
            ownerReferences: ownerReferences.length > 0 ? ownerReferences.map((owner) => ({ ...owner })) : null,
          },
        };
        await this.#operations.patch(target, 'merge', patch, context).catch(() => undefined);
      } else if (metadata.deletionTimestamp === undefined) {
        await this.#operations.delete(target, { propagationPolicy: 'Foreground' }, context).catch(() => undefined);
      }
    }
    if (dependents.length > 0 && !ours.includes('orphan')) return;
    const left = finalizers.filter((finalizer) => !ours.includes(finalizer));
    await this.#operations
      .patch({ resource, namespace, name }, 'merge', { metadata: { finalizers: left } }, context)
      .catch(() => undefined);
  }

  #objects(): Owned[] {
    const seen = new Set<string>();
    return this.#registry.all().flatMap((resource) => {
      const collection = storageKey(resource);
      if (resource.virtual || seen.has(collection)) return [];
      seen.add(collection);
      return this.#store.list(collection).map((object) => ({ resource, object }));
    });
  }
}

const collectorFinalizers = ['foregroundDeletion', 'orphan'];

interface Owned {
  readonly resource: ApiResource;
  readonly object: ApiObject;
}
