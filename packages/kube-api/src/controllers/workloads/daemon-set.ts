import { labelsMatch } from '../../label-selector.js';
import { at, isJsonObject, textAt, type ApiObject, type JsonObject } from '../../object.js';
import type { ObjectWriter } from '../object-writer.js';
import { isActive, isReady, podFromTemplate, templateHash } from './workload.js';

const hashLabel = 'controller-revision-hash';

/** Keeps one Pod of a DaemonSet on every Node that its `nodeSelector` fits; those of an older template are replaced. */
export async function syncDaemonSet(
  set: ApiObject,
  pods: readonly ApiObject[],
  nodes: readonly ApiObject[],
  writer: ObjectWriter,
): Promise<void> {
  const hash = templateHash(set);
  const matchLabels = at(set, 'spec', 'template', 'spec', 'nodeSelector') ?? {};
  const wanted = new Set(
    nodes
      .filter(({ metadata }) => labelsMatch({ matchLabels }, metadata.labels ?? {}))
      .map(({ metadata }) => metadata.name),
  );
  const isOnDelete = at(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  const kept = new Map<string, ApiObject>();
  const leaving = new Set<string>();
  for (const pod of pods) {
    const node = textAt(pod, 'spec', 'nodeName');
    const isCurrent = isOnDelete || pod.metadata.labels?.[hashLabel] === hash;
    if (isActive(pod) && isCurrent && wanted.has(node) && !kept.has(node)) kept.set(node, pod);
    else if (pod.metadata.deletionTimestamp === undefined) await writer.delete('Pod', pod);
    else leaving.add(node);
  }
  for (const node of wanted) {
    // Two Pods of one set are never on a Node together: they may want the same port of it.
    if (kept.has(node) || leaving.has(node)) continue;
    const pod = podFromTemplate(set, { [hashLabel]: hash });
    const spec = isJsonObject(pod['spec']) ? pod['spec'] : {};
    await writer.create('Pod', set, { ...pod, spec: { ...spec, nodeName: node } });
  }
  await writer.setStatus('DaemonSet', set, statusOf(set, wanted.size, [...kept.values()], hash));
}

function statusOf(set: ApiObject, wanted: number, pods: readonly ApiObject[], hash: string): JsonObject {
  const ready = pods.filter(isReady).length;
  const updated = pods.filter(({ metadata }) => metadata.labels?.[hashLabel] === hash).length;
  return {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 0,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(wanted > ready ? { numberUnavailable: wanted - ready } : {}),
  };
}
