import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Cluster } from './cluster.js';
import { startPodWorker, type PodModules, type PodWorker } from './pod-worker.js';

/** What a Node's kubelet needs besides the cluster. */
export type KubeletModules = Omit<PodModules, 'cluster' | 'signal'>;

/** Runs the Pods of all Nodes until `signal` is aborted. Resolves when the Pods that are there already are known. */
export async function runKubelets(
  nodes: ReadonlyMap<string, KubeletModules>,
  options: { readonly cluster: Cluster; readonly signal: AbortSignal },
): Promise<void> {
  const workers = new Map<string, PodWorker>();

  const see = (pod: Pod): void => {
    const uid = pod.metadata?.uid ?? '';
    const known = workers.get(uid);
    if (known) return known.update(pod);
    const modules = nodes.get(pod.spec?.nodeName ?? '');
    if (!modules) return removeUnplaced(pod);
    const worker = startPodWorker(pod, { ...modules, ...options });
    workers.set(uid, worker);
    void worker.done.then(() => workers.delete(uid));
  };

  /** A Pod that no Node has needs no grace. */
  const removeUnplaced = (pod: Pod): void => {
    if (pod.spec?.nodeName || pod.metadata?.deletionTimestamp === undefined) return;
    options.cluster.removePod(pod).catch(() => {});
  };

  await options.cluster.follow(
    'pods',
    ({ kind, object }) => {
      if (kind === 'set') see(object);
      else workers.get(object.metadata?.uid ?? '')?.gone();
    },
    { signal: options.signal },
  );
}
