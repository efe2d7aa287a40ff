import type { NetworkPolicyReference, PolicyType } from '@antrea-ts/apis';
import type { KubeClient } from '@antrea-ts/kube';
import type { ConvertedPolicy, PolicyChange, PolicyView } from '@antrea-ts/policy';
import { KeyedQueue, type Clock } from '@antrea-ts/reconcile';
import { pause, type Logger } from '@antrea-ts/runtime';
import { warnOf, type EventSubject } from '../warning-event.js';
import { unreadableOf } from './conditions.js';

const retryMs = { first: 5_000, longest: 300_000 };
/** Time between two events: however many policies are wrong, the API is not flooded with them. */
const pauseMs = 100;
const mostLogged = 20;

const kinds: Readonly<Record<PolicyType, { readonly apiVersion: string; readonly kind: string }>> = {
  K8sNetworkPolicy: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  AntreaNetworkPolicy: { apiVersion: 'crd.antrea.io/v1alpha1', kind: 'NetworkPolicy' },
  AntreaClusterNetworkPolicy: { apiVersion: 'crd.antrea.io/v1alpha1', kind: 'ClusterNetworkPolicy' },
};

interface Modules {
  readonly client: KubeClient;
  readonly policy: (uid: string) => PolicyView | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly now: () => number;
}

/**
 * Tells in Events what of policies cannot be read: Kubernetes policies have no status for it. One for each
 * policy and what became of it, also after a restart; one at a time, with pauses.
 */
export class PolicyEvents {
  readonly #modules: Modules;
  readonly #stopped = new AbortController();
  readonly #queue: KeyedQueue<string>;

  constructor(modules: Modules) {
    this.#modules = modules;
    const { clock, logger } = modules;
    this.#queue = new KeyedQueue({
      handle: (uid, { signal }) => this.#tell(uid, signal),
      clock,
      retryMs,
      signal: this.#stopped.signal,
      onError: (policy, error) => logger.debug('Could not write an event about a policy', { policy, error }),
    });
    this.#queue.start();
  }

  policiesChanged(changes: readonly PolicyChange[]): void {
    for (const { before, after } of changes) {
      if (!after || after.policy.problems.length === 0) continue;
      if (before && textOf(before.policy) === textOf(after.policy)) continue;
      const { type, namespace, name } = after.policy.source;
      this.#modules.logger.warn('Could not read all of a policy', {
        type,
        namespace,
        name,
        problems: after.policy.problems.slice(0, mostLogged).map(({ text }) => text),
        count: after.policy.problems.length,
      });
      this.#queue.add(after.name);
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#queue.ended();
  }

  async #tell(uid: string, signal: AbortSignal): Promise<void> {
    const { client, policy, now, clock } = this.#modules;
    const converted = policy(uid)?.policy;
    if (!converted || converted.problems.length === 0) return;
    const subject = subjectOf(converted.source);
    for (const { type: reason, message } of unreadableOf(converted)) {
      await warnOf(subject, { reason, message, at: new Date(now()) }, { client, signal });
    }
    await pause(clock, pauseMs, { signal });
  }
}

function textOf({ problems }: ConvertedPolicy): string {
  return problems.map(({ text }) => text).join();
}

function subjectOf({ type, namespace, name, uid }: NetworkPolicyReference): EventSubject {
  return { ...kinds[type], ...(namespace === undefined ? {} : { namespace }), name, uid };
}
