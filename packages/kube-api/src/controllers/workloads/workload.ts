import { createHash } from 'node:crypto';
import { at, isJsonObject, type ApiObject, type Json, type JsonObject } from '../../object.js';
import { timestamp } from '../../validation/metadata.js';

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
