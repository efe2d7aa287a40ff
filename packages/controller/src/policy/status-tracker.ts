import type { AntreaPolicyStatus, PolicyCondition } from '@antrea-ts/apis';
import { isKubeError, type KubeClient } from '@antrea-ts/kube';
import type { EqualPriority, PolicyChange, PolicyView } from '@antrea-ts/policy';
import { KeyedQueue, type Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { customResources } from '../cluster/custom-resources.js';
import type { ControllerMetrics } from '../metrics/controller-metrics.js';
import { conditionsOf } from './conditions.js';

const retryMs = { first: 1_000, longest: 60_000 };

interface Modules {
  readonly client: KubeClient;
  readonly policy: (uid: string) => PolicyView | undefined;
  readonly equalPriority: (uid: string) => EqualPriority | undefined;
  readonly metrics: Pick<ControllerMetrics, 'statusWritten'>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Writes into Antrea policies on how many of their Nodes they are enforced (Antrea 1.3, 2.13), and what is not as their
 * authors may think. Agents report; what they said is kept in memory, and they say it again to a controller that was
 * restarted.
 */
export class StatusTracker {
  readonly #modules: Modules;
  /** By policy and Node: the generation that the Node enforces. */
  readonly #reports = new Map<string, Map<string, number>>();
  readonly #written = new Map<string, string>();
  readonly #conditions = new Map<string, readonly PolicyCondition[]>();
  readonly #stopped = new AbortController();
  readonly #queue: KeyedQueue<string>;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#queue = new KeyedQueue({
      handle: (uid, { signal }) => this.#write(uid, signal),
      clock: modules.clock,
      retryMs,
      signal: this.#stopped.signal,
      onError: (policy, error) =>
        modules.logger.warn('Could not write the status of a policy, will try again', { policy, error }),
    });
    this.#queue.start();
  }

  /** A Node enforces a generation of a policy. Reports of policies that are gone are dropped. */
  report(uid: string, node: string, generation: number): void {
    if (!this.#modules.policy(uid)) return;
    const reports = this.#reports.get(uid) ?? new Map<string, number>();
    this.#reports.set(uid, reports.set(node, generation));
    this.policyChanged(uid);
  }

  /** Policies, or the Nodes that they are for, changed. Those of Kubernetes have no status, of which there is the most. */
  policiesChanged(changes: readonly PolicyChange[]): void {
    for (const { before, after } of changes) {
      if (after?.policy.source.type !== 'K8sNetworkPolicy') this.policyChanged((after ?? before)?.name ?? '');
    }
  }

  /** Something else is true of a policy now. */
  policyChanged(uid: string): void {
    this.#queue.add(uid);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#queue.ended();
  }

  async #write(uid: string, signal: AbortSignal): Promise<void> {
    const { client, policy } = this.#modules;
    const view = policy(uid);
    if (!view) {
      for (const known of [this.#reports, this.#written, this.#conditions]) known.delete(uid);
      return;
    }
    const { source } = view.policy;
    if (source.type === 'K8sNetworkPolicy') return;
    const conditions = this.#conditionsOf(uid, view);
    // Without conditions there is no field of them, also where there was one.
    const status = {
      ...statusOf(view, this.#reports.get(uid) ?? new Map()),
      conditions: conditions.length > 0 ? conditions : null,
    };
    const text = JSON.stringify(status);
    if (this.#written.get(uid) === text) return;
    const of =
      source.type === 'AntreaNetworkPolicy' ? customResources.networkPolicies : customResources.clusterNetworkPolicies;
    const ref = { name: source.name, ...(source.namespace === undefined ? {} : { namespace: source.namespace }) };
    // Another object under the same name is refused by its UID.
    const body = { metadata: { uid }, status };
    try {
      await client.patch(of, ref, { type: 'merge', body }, { subresource: 'status', signal });
      this.#modules.metrics.statusWritten(source.type);
    } catch (error) {
      if (!isKubeError(error, 'not-found', 'conflict')) throw error;
    }
    this.#written.set(uid, text);
  }

  /** A condition that goes on has the time of its beginning. */
  #conditionsOf(uid: string, { policy }: PolicyView): readonly PolicyCondition[] {
    const before = this.#conditions.get(uid) ?? [];
    const now = `${new Date(this.#modules.now()).toISOString().slice(0, 19)}Z`;
    const conditions = conditionsOf(policy, this.#modules.equalPriority(uid)).map((found) => ({
      ...found,
      lastTransitionTime: before.find(({ type }) => type === found.type)?.lastTransitionTime ?? now,
    }));
    if (conditions.length > 0) this.#conditions.set(uid, conditions);
    else this.#conditions.delete(uid);
    return conditions;
  }
}

/** How far a policy is enforced: on the Nodes of its span that said so of its present generation. */
export function statusOf(
  { span, policy }: PolicyView,
  reports: ReadonlyMap<string, number>,
): Required<Omit<AntreaPolicyStatus, 'conditions'>> {
  let current = 0;
  for (const node of span) if (reports.get(node) === policy.generation) current += 1;
  return {
    phase: current === span.size ? 'Realized' : 'Realizing',
    observedGeneration: policy.generation,
    currentNodesRealized: current,
    desiredNodesRealized: span.size,
  };
}
