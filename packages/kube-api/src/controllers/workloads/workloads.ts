import { deepEqual, type ApiObject } from '../../object.js';
import type { Operations } from '../../operations.js';
import { objectKey, type Store, type StoreEvent } from '../../storage/store.js';
import { collectionOf, ObjectWriter } from '../object-writer.js';
import { WorkQueue } from '../work-queue.js';
import { syncDaemonSet } from './daemon-set.js';
import { syncDeployment } from './deployment.js';
import { syncReplicaSet } from './replica-set.js';

const kinds = ['Deployment', 'ReplicaSet', 'DaemonSet'] as const;
const collections = new Map(kinds.map((kind) => [collectionOf(kind), kind]));
const pods = collectionOf('Pod');

/** A workload by where it is. */
interface Place {
  readonly collection: string;
  readonly key: string;
}

/** Makes the Pods of Deployments, ReplicaSets and DaemonSets, one workload after another. */
export class Workloads {
  readonly #store: Store;
  readonly #writer: ObjectWriter;
  readonly #queue = new WorkQueue<Place>((place) => this.#sync(place));
  /** What is owned, by the uid of its controller: so that a change costs what it concerns. */
  readonly #owned = new Map<string, Map<string, Place>>();
  #unsubscribe: () => void = () => undefined;

  constructor(modules: { readonly store: Store; readonly operations: Operations }) {
    this.#store = modules.store;
    this.#writer = new ObjectWriter(modules.operations);
  }

  start(): void {
    for (const collection of [pods, ...collections.keys()]) {
      for (const object of this.#store.list(collection)) this.#note(collection, { type: 'ADDED', object, version: 0 });
    }
    this.#unsubscribe = this.#store.watchAll((collection, event) => this.#note(collection, event));
  }

  stop(): void {
    this.#unsubscribe();
    this.#queue.stop();
  }

  #note(collection: string, { type, object, previous }: StoreEvent): void {
    if (collection === 'nodes') {
      const isSame = type === 'MODIFIED' && deepEqual(object.metadata.labels, previous?.metadata.labels);
      if (!isSame) this.#lookAtDaemonSets();
    }
    const isWorkload = collections.has(collection);
    if (!isWorkload && collection !== pods) return;
    const place = { collection, key: objectKey(object) };
    const owner = controllerOf(object);
    const before = previous && controllerOf(previous);
    if (before !== undefined && (before.uid !== owner?.uid || type === 'DELETED')) this.#disown(before, place, object);
    if (owner !== undefined && type !== 'DELETED') this.#own(owner, place, object);
    if (isWorkload && type !== 'DELETED') this.#look(place);
  }

  #own(owner: Owner, place: Place, object: ApiObject): void {
    const owned = this.#owned.get(owner.uid) ?? new Map<string, Place>();
    this.#owned.set(owner.uid, owned.set(place.key, place));
    this.#lookAt(owner, object);
  }

  #disown(owner: Owner, place: Place, object: ApiObject): void {
    const owned = this.#owned.get(owner.uid);
    owned?.delete(place.key);
    if (owned?.size === 0) this.#owned.delete(owner.uid);
    this.#lookAt(owner, object);
  }

  #lookAt({ kind, name }: Owner, { metadata: { namespace } }: ApiObject): void {
    const known = kinds.find((candidate) => candidate === kind);
    if (known) this.#look({ collection: collectionOf(known), key: `${namespace}/${name}` });
  }

  #lookAtDaemonSets(): void {
    const collection = collectionOf('DaemonSet');
    for (const set of this.#store.list(collection)) this.#look({ collection, key: objectKey(set) });
  }

  #look(place: Place): void {
    this.#queue.add(`${place.collection} ${place.key}`, place);
  }

  async #sync({ collection, key }: Place): Promise<void> {
    const workload = this.#store.get(collection, key);
    // What is deleted takes its Pods along, or leaves them, as the deletion said.
    if (!workload || workload.metadata.deletionTimestamp !== undefined) return;
    const owned = [...(this.#owned.get(workload.metadata.uid)?.values() ?? [])].flatMap(
      (place) => this.#store.get(place.collection, place.key) ?? [],
    );
    switch (collections.get(collection)) {
      case 'Deployment':
        return syncDeployment(workload, owned, this.#writer);
      case 'ReplicaSet':
        return syncReplicaSet(workload, owned, this.#writer);
      case 'DaemonSet':
        return syncDaemonSet(workload, owned, this.#store.list('nodes'), this.#writer);
      case undefined:
        return undefined;
    }
  }
}

type Owner = NonNullable<ApiObject['metadata']['ownerReferences']>[number];

function controllerOf({ metadata }: ApiObject): Owner | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}
