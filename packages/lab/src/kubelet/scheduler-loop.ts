import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { nameOf, type Cluster } from './cluster.js';
import { placePod } from './scheduler.js';

/** Places Pods on Nodes until `signal` is aborted. */
export async function runScheduler(modules: {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { cluster, log, signal } = modules;
  const nodes = new Map<string, Node>();
  const pods = new Map<string, Pod>();
  /** Placed by us; the watch has not told us yet. */
  const assumed = new Map<string, string>();
  const complained = new Map<string, string>();
  let scheduled = false;

  const nodeOf = (pod: Pod): string | undefined => pod.spec?.nodeName ?? assumed.get(pod.metadata?.uid ?? '');

  const place = async (pod: Pod): Promise<void> => {
    const uid = pod.metadata?.uid ?? '';
    const counts = new Map<string, number>();
    for (const other of pods.values()) {
      const name = nodeOf(other);
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const placement = placePod(pod, [...nodes.values()], counts);
    if (placement.kind === 'unschedulable') {
      if (complained.get(uid) === placement.why) return;
      complained.set(uid, placement.why);
      cluster.recordEvent({ about: pod, type: 'Warning', reason: 'FailedScheduling', message: placement.why });
      await cluster.patchStatus('pods', pod, { phase: 'Pending', conditions: [unscheduledCondition(placement.why)] });
      return;
    }
    assumed.set(uid, placement.nodeName);
    try {
      await cluster.bind(pod, placement.nodeName);
      const message = `Successfully assigned ${nameOf(pod)} to ${placement.nodeName}`;
      cluster.recordEvent({ about: pod, type: 'Normal', reason: 'Scheduled', message });
    } catch (error) {
      assumed.delete(uid);
      throw error;
    }
  };

  const placeAll = (): void => {
    scheduled = false;
    for (const pod of pods.values()) {
      if (nodeOf(pod) !== undefined || pod.metadata?.deletionTimestamp !== undefined || signal.aborted) continue;
      place(pod).catch((error: unknown) =>
        log.warn('Cannot place Pod', { pod: nameOf(pod), error: errorMessage(error) }),
      );
    }
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(placeAll);
  };

  await cluster.follow(
    'nodes',
    ({ kind, object }) => {
      if (kind === 'set') nodes.set(object.metadata?.name ?? '', object);
      else nodes.delete(object.metadata?.name ?? '');
      schedule();
    },
    { signal },
  );
  await cluster.follow(
    'pods',
    ({ kind, object }) => {
      const uid = object.metadata?.uid ?? '';
      if (kind === 'set') pods.set(uid, object);
      else for (const known of [pods, assumed, complained]) known.delete(uid);
      schedule();
    },
    { signal },
  );
}

function unscheduledCondition(message: string): object {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime: new Date().toISOString(),
  };
}
