import { deepEqual, isJsonObject, type ApiObject, type JsonObject } from '../object.js';
import type { Operations, Target } from '../operations.js';
import { builtInResources } from '../resources/built-in.js';
import { storageKey, type ApiResource } from '../resources/resource.js';

const context = {
  dryRun: false,
  user: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
  fieldManager: 'kube-controller-manager',
} as const;

const kinds = ['Deployment', 'ReplicaSet', 'DaemonSet', 'Pod', 'Endpoints', 'EndpointSlice'] as const;
/** What controllers write. */
export type WrittenKind = (typeof kinds)[number];

const resources = new Map<string, ApiResource>(
  kinds.map((kind) => {
    const resource = builtInResources.find((candidate) => candidate.kind === kind);
    if (!resource) throw new Error(`${kind} is not served`);
    return [kind, resource];
  }),
);

function resourceOf(kind: WrittenKind): ApiResource {
  return resources.get(kind) as ApiResource;
}

/** Where the objects of a kind are stored. */
export function collectionOf(kind: WrittenKind): string {
  return storageKey(resourceOf(kind));
}

/** How controllers change objects: by the API's own rules, admission included. */
export class ObjectWriter {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** Makes an object that belongs to `owner` and goes with it. */
  async create(kind: WrittenKind, owner: ApiObject, object: JsonObject): Promise<void> {
    const { namespace = '', name, uid } = owner.metadata;
    const { apiVersion, kind: ownerKind } = owner;
    const reference = { apiVersion, kind: ownerKind, name, uid, controller: true, blockOwnerDeletion: true };
    const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
    const body = { ...object, metadata: { ...metadata, ownerReferences: [reference] } };
    await this.#operations.create({ resource: resourceOf(kind), namespace }, body, context);
  }

  /** Makes an object that belongs to nobody. */
  async createUnowned(kind: WrittenKind, namespace: string, object: JsonObject): Promise<void> {
    await this.#operations.create({ resource: resourceOf(kind), namespace }, object, context);
  }

  /** Deletes an object, unless another one has taken its name. */
  async delete(kind: WrittenKind, object: ApiObject): Promise<void> {
    const preconditions = { uid: object.metadata.uid };
    await this.#operations.delete(targetOf(kind, object), { preconditions }, context);
  }

  async merge(kind: WrittenKind, object: ApiObject, patch: JsonObject): Promise<void> {
    await this.#operations.patch(targetOf(kind, object), 'merge', patch, context);
  }

  /** Writes a status, where it is another one than before. */
  async setStatus(kind: WrittenKind, object: ApiObject, status: JsonObject): Promise<void> {
    if (deepEqual(object['status'] ?? {}, status)) return;
    const target = { ...targetOf(kind, object), subresource: 'status' };
    await this.#operations.patch(target, 'merge', { status: { ...cleared(object['status']), ...status } }, context);
  }
}

/** Merging leaves what is not named: what a status had and has no more is named as gone. */
function cleared(status: unknown): JsonObject {
  return isJsonObject(status) ? Object.fromEntries(Object.keys(status).map((key) => [key, null])) : {};
}

function targetOf(kind: WrittenKind, { metadata: { namespace, name } }: ApiObject): Target {
  return { resource: resourceOf(kind), namespace, name };
}
