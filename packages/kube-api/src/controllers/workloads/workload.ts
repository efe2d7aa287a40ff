import { createHash } from 'node:crypto';
import { at, deepEqual, isJsonObject, type ApiObject, type Json, type JsonObject } from '../../object.js';
import type { Operations, Target } from '../../operations.js';
import { builtInResources } from '../../resources/built-in.js';
import { storageKey, type ApiResource } from '../../resources/resource.js';
import { timestamp } from '../../validation/metadata.js';

const context = {
  dryRun: false,
  user: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
  fieldManager: 'kube-controller-manager',
} as const;

const workloadKinds = ['Deployment', 'ReplicaSet', 'DaemonSet', 'Pod'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

const resources = new Map<string, ApiResource>(
  workloadKinds.map((kind) => {
    const resource = builtInResources.find((candidate) => candidate.kind === kind);
    if (!resource) throw new Error(`${kind} is not served`);
    return [kind, resource];
  }),
);

export function resourceOfKind(kind: WorkloadKind): ApiResource {
  return resources.get(kind) as ApiResource;
}

/** Where the objects of a kind are stored. */
export function collectionOf(kind: WorkloadKind): string {
  return storageKey(resourceOfKind(kind));
}

/** What a controller can do about the objects of a workload. */
export class WorkloadWriter {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** Makes an object that belongs to `owner` and goes with it. */
  async create(kind: WorkloadKind, owner: ApiObject, object: JsonObject): Promise<void> {
    const { namespace = '', name, uid } = owner.metadata;
    const { apiVersion, kind: ownerKind } = owner;
    const reference = { apiVersion, kind: ownerKind, name, uid, controller: true, blockOwnerDeletion: true };
    const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
    const body = { ...object, metadata: { ...metadata, ownerReferences: [reference] } };
    await this.#operations.create({ resource: resourceOfKind(kind), namespace }, body, context);
  }

  /** Deletes an object, unless another one has taken its name. */
  async delete(kind: WorkloadKind, object: ApiObject): Promise<void> {
    const preconditions = { uid: object.metadata.uid };
    await this.#operations.delete(targetOf(kind, object), { preconditions }, context);
  }

  async merge(kind: WorkloadKind, object: ApiObject, patch: JsonObject): Promise<void> {
    await this.#operations.patch(targetOf(kind, object), 'merge', patch, context);
  }

  /** Writes a status, where it is another one than before. */
  async setStatus(kind: WorkloadKind, object: ApiObject, status: JsonObject): Promise<void> {
    if (deepEqual(object['status'] ?? {}, status)) return;
    const target = { ...targetOf(kind, object), subresource: 'status' };
    await this.#operations.patch(target, 'merge', { status: { ...cleared(object['status']), ...status } }, context);
  }
}

/** Merging leaves what is not named: what a status had and has no more is named as gone. */
function cleared(status: unknown): JsonObject {
  return isJsonObject(status) ? Object.fromEntries(Object.keys(status).map((key) => [key, null])) : {};
}

function targetOf(kind: WorkloadKind, { metadata: { namespace, name } }: ApiObject): Target {
  return { resource: resourceOfKind(kind), namespace, name };
}

/** A Pod as the template of a workload wants it, with more labels. */
export function podFromTemplate(owner: ApiObject, labels: Readonly<Record<string, string>> = {}): JsonObject {
  const template = at(owner, 'spec', 'template') as JsonObject;
  const metadata = isJsonObject(template['metadata']) ? template['metadata'] : {};
  const own = isJsonObject(metadata['labels']) ? metadata['labels'] : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, generateName: `${owner.metadata.name}-`, labels: { ...own, ...labels } },
    spec: template['spec'] ?? {},
  };
}

const hashLength = 10;

/** Tells one template from another; fit for names and labels. */
export function templateHash(owner: ApiObject): string {
  const text = JSON.stringify(at(owner, 'spec', 'template'));
  return createHash('sha256').update(text).digest('hex').slice(0, hashLength);
}

/** A Pod that counts: it is not on its way out, nor done. */
export function isActive(pod: ApiObject): boolean {
  const phase = at(pod, 'status', 'phase');
  return pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

export function isReady(pod: ApiObject): boolean {
  return isActive(pod) && isTrue(pod, 'Ready');
}

function isTrue(object: ApiObject, type: string): boolean {
  return at(conditionOf(object, type), 'status') === 'True';
}

function conditionOf(object: ApiObject, type: string): unknown {
  const conditions = at(object, 'status', 'conditions');
  return Array.isArray(conditions) ? conditions.find((row) => at(row, 'type') === type) : undefined;
}

/** A condition of a workload; its time is that of the last change between true and false. */
export function condition(object: ApiObject, type: string, isMet: boolean, reason: string, message: string): Json {
  const known = conditionOf(object, type);
  const status = isMet ? 'True' : 'False';
  const since = at(known, 'status') === status ? at(known, 'lastTransitionTime') : undefined;
  const updated = at(known, 'reason') === reason && since !== undefined ? at(known, 'lastUpdateTime') : undefined;
  const now = timestamp();
  return {
    type,
    status,
    lastUpdateTime: (updated ?? now) as string,
    lastTransitionTime: (since ?? now) as string,
    reason,
    message,
  };
}

export function countAt(object: ApiObject, ...path: string[]): number {
  return Number(at(object, ...path) ?? 0);
}
