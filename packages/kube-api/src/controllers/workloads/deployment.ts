import { at, isJsonObject, type ApiObject, type JsonObject } from '../../object.js';
import type { ObjectWriter } from '../object-writer.js';
import { condition, countAt, podFromTemplate, templateHash } from './workload.js';

const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';

/**
 * Keeps one ReplicaSet for the template of a Deployment. Its predecessors shrink as its Pods become ready; with the
 * strategy `Recreate` they go first. `maxSurge` and `maxUnavailable` are not counted: the new Pods come all at once.
 */
export async function syncDeployment(
  deployment: ApiObject,
  sets: readonly ApiObject[],
  writer: ObjectWriter,
): Promise<void> {
  const hash = templateHash(deployment);
  const current = sets.find((set) => set.metadata.labels?.[hashLabel] === hash);
  const old = sets.filter((set) => set !== current);
  const wanted = countAt(deployment, 'spec', 'replicas');
  if (at(deployment, 'spec', 'paused') !== true) {
    const isRecreated = at(deployment, 'spec', 'strategy', 'type') === 'Recreate';
    const isWaiting = isRecreated && old.some((set) => countAt(set, 'status', 'replicas') > 0);
    if (current) await replace(deployment, current, old, isWaiting ? 0 : wanted, writer);
    else await writer.create('ReplicaSet', deployment, replicaSetOf(deployment, hash, isWaiting ? 0 : wanted, sets));
    const ready = current ? countAt(current, 'status', 'readyReplicas') : 0;
    await shrink(old, isRecreated ? 0 : Math.max(0, wanted - ready), writer);
    await forget(deployment, old, writer);
  } else if (current) await scale(current, wanted, writer);
  await writer.setStatus('Deployment', deployment, statusOf(deployment, current, sets, wanted));
}

/** Makes a known set the current one, also where it was so before (`kubectl rollout undo`). */
async function replace(
  deployment: ApiObject,
  current: ApiObject,
  old: readonly ApiObject[],
  wanted: number,
  writer: ObjectWriter,
): Promise<void> {
  await scale(current, wanted, writer);
  const last = Math.max(0, ...old.map(revisionOf));
  const revision = String(Math.max(revisionOf(current), last + (revisionOf(current) < last ? 1 : 0)));
  const annotations = { [revisionAnnotation]: revision };
  for (const [kind, object] of [
    ['ReplicaSet', current],
    ['Deployment', deployment],
  ] as const) {
    if (object.metadata.annotations?.[revisionAnnotation] === revision) continue;
    await writer.merge(kind, object, { metadata: { annotations } });
  }
}

async function scale(set: ApiObject, replicas: number, writer: ObjectWriter): Promise<void> {
  if (countAt(set, 'spec', 'replicas') !== replicas) await writer.merge('ReplicaSet', set, { spec: { replicas } });
}

/** Lets old sets have no more than `allowed` Pods together. */
async function shrink(old: readonly ApiObject[], allowed: number, writer: ObjectWriter): Promise<void> {
  let left = allowed;
  for (const set of [...old].sort((a, b) => revisionOf(b) - revisionOf(a))) {
    const keep = Math.min(left, countAt(set, 'spec', 'replicas'));
    left -= keep;
    await scale(set, keep, writer);
  }
}

/** Deletes old sets beyond those that are kept to go back to. */
async function forget(deployment: ApiObject, old: readonly ApiObject[], writer: ObjectWriter): Promise<void> {
  const limit = Number(at(deployment, 'spec', 'revisionHistoryLimit') ?? 10);
  const empty = old
    .filter((set) => countAt(set, 'spec', 'replicas') === 0 && countAt(set, 'status', 'replicas') === 0)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of empty.slice(0, Math.max(0, empty.length - limit))) await writer.delete('ReplicaSet', set);
}

function revisionOf({ metadata }: ApiObject): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}

function replicaSetOf(deployment: ApiObject, hash: string, replicas: number, sets: readonly ApiObject[]): JsonObject {
  const { metadata, spec } = podFromTemplate(deployment, { [hashLabel]: hash }) as {
    metadata: JsonObject;
    spec: JsonObject;
  };
  const { generateName: _, ...templateMetadata } = metadata;
  const selector = at(deployment, 'spec', 'selector') as JsonObject;
  const matchLabels = isJsonObject(selector['matchLabels']) ? selector['matchLabels'] : {};
  const minReadySeconds = countAt(deployment, 'spec', 'minReadySeconds');
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      labels: templateMetadata['labels'] ?? {},
      annotations: { [revisionAnnotation]: String(Math.max(0, ...sets.map(revisionOf)) + 1) },
    },
    spec: {
      replicas,
      ...(minReadySeconds > 0 ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...matchLabels, [hashLabel]: hash } },
      template: { metadata: templateMetadata, spec },
    },
  };
}

function statusOf(
  deployment: ApiObject,
  current: ApiObject | undefined,
  sets: readonly ApiObject[],
  wanted: number,
): JsonObject {
  const total = (field: string): number => sets.reduce((sum, set) => sum + countAt(set, 'status', field), 0);
  const counts = {
    replicas: total('replicas'),
    updatedReplicas: current ? countAt(current, 'status', 'replicas') : 0,
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
    unavailableReplicas: Math.max(0, wanted - total('availableReplicas')),
  };
  const isAvailable = counts.availableReplicas >= wanted;
  const isComplete = isAvailable && counts.updatedReplicas >= wanted && counts.replicas === counts.updatedReplicas;
  const name = current?.metadata.name ?? deployment.metadata.name;
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    conditions: [
      isAvailable
        ? condition(deployment, 'Available', true, 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : condition(
            deployment,
            'Available',
            false,
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
      isComplete
        ? condition(
            deployment,
            'Progressing',
            true,
            'NewReplicaSetAvailable',
            `ReplicaSet "${name}" has successfully progressed.`,
          )
        : condition(deployment, 'Progressing', true, 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`),
    ],
  };
}
