import { deepEqual, type ApiObject, type Json } from '../object.js';
import type { Operations } from '../operations.js';
import type { ResourceRegistry } from '../resources/registry.js';
import type { ApiResource } from '../resources/resource.js';
import { objectKey, type Store, type StoreEvent } from '../storage/store.js';

const context = {
  dryRun: false,
  user: 'system:serviceaccount:kube-system:generic-garbage-collector',
  groups: ['system:serviceaccounts', 'system:authenticated'],
  fieldManager: 'garbage-collector',
} as const;

/** An object by where it is; it may be gone by the time somebody looks. */
interface Place {
  readonly collection: string;
  readonly key: string;
}

/**
 * Deletes objects whose owners are all gone, and lets owners go that wait for their dependents (foreground) or want
 * them kept (orphan). Knows who owns what from the changes, so that a change costs what it concerns.
 */
export class GarbageCollector {
  readonly #store: Store;
  readonly #registry: ResourceRegistry;
  readonly #operations: Operations;
  readonly #alive = new Map<string, Place>();
  readonly #dependents = new Map<string, Map<string, Place>>();
  readonly #dirty = new Map<string, Place>();
  #scheduled = false;
  #unsubscribe: () => void = () => undefined;

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
    for (const collection of this.#store.collections()) {
      for (const object of this.#store.list(collection)) this.#note(collection, { type: 'ADDED', object, version: 0 });
    }
    this.#unsubscribe = this.#store.watchAll((collection, event) => this.#note(collection, event));
  }

  stop(): void {
    this.#unsubscribe();
    this.#dirty.clear();
  }

  #note(collection: string, { type, object, previous }: StoreEvent): void {
    const { uid } = object.metadata;
    const place = { collection, key: objectKey(object) };
    const owners = type === 'DELETED' ? [] : (object.metadata.ownerReferences ?? []);
    for (const { uid: owner } of previous?.metadata.ownerReferences ?? []) this.#dependents.get(owner)?.delete(uid);
    for (const { uid: owner } of owners) {
      const dependents = this.#dependents.get(owner) ?? new Map<string, Place>();
      this.#dependents.set(owner, dependents.set(uid, place));
    }
    if (type === 'DELETED') {
      this.#alive.delete(uid);
      for (const [dependent, where] of this.#dependents.get(uid) ?? []) this.#look(dependent, where);
      this.#dependents.delete(uid);
      // Its owners may have waited for it.
      for (const { uid: owner } of object.metadata.ownerReferences ?? []) {
        const where = this.#alive.get(owner);
        if (where) this.#look(owner, where);
      }
      return;
    }
    this.#alive.set(uid, place);
    const changedOwners = !deepEqual(owners, previous?.metadata.ownerReferences ?? []);
    if ((owners.length > 0 && changedOwners) || isWaiting(object)) this.#look(uid, place);
  }

  #look(uid: string, place: Place): void {
    this.#dirty.set(uid, place);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const dirty = [...this.#dirty.values()];
      this.#dirty.clear();
      for (const where of dirty) void this.#collect(where).catch(() => undefined);
    });
  }

  async #collect({ collection, key }: Place): Promise<void> {
    const object = this.#store.get(collection, key);
    const resource = this.#registry.findStored(collection);
    if (!object || !resource) return;
    const owners = object.metadata.ownerReferences ?? [];
    const isOrphan = owners.length > 0 && owners.every(({ uid }) => !this.#alive.has(uid));
    if (isOrphan && object.metadata.deletionTimestamp === undefined) {
      const preconditions = { uid: object.metadata.uid };
      await this.#operations.delete(targetOf(resource, object), { preconditions }, context);
    } else if (isWaiting(object)) await this.#release(resource, object);
  }

  /** Takes the collector's own finalizers off an owner whose dependents are dealt with. */
  async #release(resource: ApiResource, owner: ApiObject): Promise<void> {
    const { finalizers = [], uid } = owner.metadata;
    const dependents = [...(this.#dependents.get(uid)?.values() ?? [])].flatMap(({ collection, key }) => {
      const object = this.#store.get(collection, key);
      const of = this.#registry.findStored(collection);
      return object && of ? { object, resource: of } : [];
    });
    if (finalizers.includes('orphan')) {
      for (const dependent of dependents) await this.#disown(dependent.resource, dependent.object, uid);
    } else {
      const blocking = dependents.filter(({ object }) =>
        object.metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
      );
      for (const dependent of dependents) {
        if (dependent.object.metadata.deletionTimestamp !== undefined) continue;
        const target = targetOf(dependent.resource, dependent.object);
        await this.#operations.delete(target, { propagationPolicy: 'Foreground' }, context).catch(() => undefined);
      }
      if (blocking.length > 0) return;
    }
    const left = finalizers.filter((finalizer) => !collectorFinalizers.includes(finalizer));
    await this.#operations.patch(targetOf(resource, owner), 'merge', { metadata: { finalizers: left } }, context);
  }

  async #disown(resource: ApiResource, object: ApiObject, owner: string): Promise<void> {
    const left = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner);
    const patch = { metadata: { ownerReferences: left.length > 0 ? (left as unknown as Json) : null } };
    await this.#operations.patch(targetOf(resource, object), 'merge', patch, context).catch(() => undefined);
  }
}

const collectorFinalizers: readonly string[] = ['foregroundDeletion', 'orphan'];

/** Deleted, and held by the collector itself. */
function isWaiting({ metadata: { deletionTimestamp, finalizers = [] } }: ApiObject): boolean {
  return deletionTimestamp !== undefined && finalizers.some((finalizer) => collectorFinalizers.includes(finalizer));
}

function targetOf(
  resource: ApiResource,
  { metadata: { namespace, name } }: ApiObject,
): {
  resource: ApiResource;
  namespace: string | undefined;
  name: string;
} {
  return { resource, namespace, name };
}
