import type { NetworkPolicyReference, PolicyType } from '@antrea-ts/apis';
import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import type { PolicyChange, PolicyView } from '@antrea-ts/policy';
import { KeyedQueue, type Clock } from '@antrea-ts/reconcile';
import { pause, type Logger } from '@antrea-ts/runtime';
import { problemsText } from './conditions.js';
import { sha1 } from './sha1.js';

const retryMs = { first: 5_000, longest: 300_000 };
/** Time between two events: however many policies are wrong, the API is not flooded with them. */
const pauseMs = 100;

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
 * Tells in Events which rules of policies were left out: Kubernetes policies have no status for it. One for each
 * policy and what is wrong with it, also after a restart; one at a time, with pauses.
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
      if (before?.policy.problems.join() === after.policy.problems.join()) continue;
      const { type, namespace, name } = after.policy.source;
      this.#modules.logger.warn('Left out rules of a policy', {
        type,
        namespace,
        name,
        problems: after.policy.problems,
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
    const event = eventOf(converted.source, problemsText(converted.problems), new Date(now()));
    try {
      await client.create(resources.events, event, { signal });
    } catch (error) {
      // Told already, by us or by the controller before us; or there is no Namespace any more to tell it in.
      if (!isKubeError(error, 'already-exists', 'not-found', 'forbidden')) throw error;
    }
    await pause(clock, pauseMs, { signal });
  }
}

function eventOf({ type, namespace, name, uid }: NetworkPolicyReference, message: string, at: Date) {
  const hash = sha1(new TextEncoder().encode(`${uid} ${message}`)).slice(0, 16);
  const where = namespace === undefined ? {} : { namespace };
  const time = `${at.toISOString().slice(0, 19)}Z`;
  return {
    metadata: { name: `${name}.${hash}`, namespace: namespace ?? 'default' },
    involvedObject: { ...kinds[type], ...where, name, uid },
    type: 'Warning',
    reason: 'RulesLeftOut',
    message,
    source: { component: 'antrea-controller' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
