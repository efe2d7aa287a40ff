import { at, type ApiObject, type JsonObject } from '../../object.js';
import type { ObjectWriter } from '../object-writer.js';
import { countAt, isActive, isReady, podFromTemplate } from './workload.js';

/** Brings the Pods of a ReplicaSet to their number, and says how many there are. */
export async function syncReplicaSet(set: ApiObject, pods: readonly ApiObject[], writer: ObjectWriter): Promise<void> {
  const active = pods.filter(isActive);
  const wanted = countAt(set, 'spec', 'replicas');
  for (let count = active.length; count < wanted; count++) await writer.create('Pod', set, podFromTemplate(set));
  const surplus = active.length - wanted;
  if (surplus > 0) {
    for (const pod of [...active].sort(byWorth).slice(0, surplus)) await writer.delete('Pod', pod);
  }
  await writer.setStatus('ReplicaSet', set, statusOf(set, active.length, active.filter(isReady).length));
}

/** The Pods that are missed least come first. */
function byWorth(a: ApiObject, b: ApiObject): number {
  const worth = (pod: ApiObject): number => (isReady(pod) ? 2 : at(pod, 'spec', 'nodeName') === undefined ? 0 : 1);
  const byAge = a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1;
  return worth(a) - worth(b) || byAge;
}

function statusOf(set: ApiObject, replicas: number, ready: number): JsonObject {
  return {
    replicas,
    ...(replicas > 0 ? { fullyLabeledReplicas: replicas } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    observedGeneration: set.metadata.generation ?? 0,
  };
}
