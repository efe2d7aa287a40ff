import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { nameOf, type Change, type Cluster, type ClusterObjects } from '../kubelet/cluster.js';

/** A cluster in memory, for tests of what acts on one. */
export interface MemoryCluster extends Cluster {
  put(resource: keyof ClusterObjects, object: Pod | Node): void;
  /** Marks a Pod for deletion, as `kubectl delete` does. */
  deletePod(name: string): void;
  pod(name: string): Pod | undefined;
  readonly events: readonly { readonly reason: string; readonly message: string }[];
}

type Listener = (change: Change<Pod | Node>) => void;

export function createMemoryCluster(): MemoryCluster {
  const objects = { pods: new Map<string, Pod | Node>(), nodes: new Map<string, Pod | Node>() };
  const listeners = { pods: new Set<Listener>(), nodes: new Set<Listener>() };
  const events: { reason: string; message: string }[] = [];
  let uids = 0;

  const put = (resource: keyof ClusterObjects, object: Pod | Node): void => {
    const uid = object.metadata?.uid ?? `uid-${++uids}`;
    const stored = { ...object, metadata: { ...object.metadata, uid } };
    objects[resource].set(nameOf(stored), stored);
    for (const tell of listeners[resource]) tell({ kind: 'set', object: stored });
  };
  const merge = (resource: keyof ClusterObjects, name: string, change: (object: Pod) => Pod): void => {
    const object = objects[resource].get(name) as Pod | undefined;
    if (object) put(resource, change(object));
  };

  return {
    events,
    put,
    pod: (name) => objects.pods.get(name) as Pod | undefined,
    deletePod: (name) =>
      merge('pods', name, (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, deletionTimestamp: new Date().toISOString(), deletionGracePeriodSeconds: 1 },
      })),
    async follow(resource, onChange, { signal }) {
      const listener = onChange as Listener;
      for (const object of objects[resource].values()) listener({ kind: 'set', object });
      listeners[resource].add(listener);
      signal.addEventListener('abort', () => listeners[resource].delete(listener), { once: true });
    },
    createNode: async (node) => put('nodes', node),
    patchStatus: async (resource, object, status) =>
      merge(resource, nameOf(object), (before) => ({ ...before, status: { ...before.status, ...status } })),
    bind: async (pod, nodeName) =>
      merge('pods', nameOf(pod), (before) => ({ ...before, spec: { ...before.spec!, nodeName } })),
    async removePod(pod) {
      const stored = objects.pods.get(nameOf(pod));
      if (stored?.metadata?.uid !== pod.metadata?.uid) return;
      objects.pods.delete(nameOf(pod));
      for (const tell of listeners.pods) tell({ kind: 'gone', object: stored! });
    },
    recordEvent: ({ reason, message }) => void events.push({ reason: reason ?? '', message: message ?? '' }),
  };
}
