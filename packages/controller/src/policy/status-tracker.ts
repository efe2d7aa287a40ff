import type { AntreaPolicyStatus, NetworkPolicyReference } from '@antrea-ts/apis';
import { isKubeError, type KubeClient } from '@antrea-ts/kube';
import type { PolicyView } from '@antrea-ts/policy';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { customResources } from '../cluster/custom-resources.js';

const never = 2 ** 31 - 1;
const retryMs = { first: 1_000, longest: 60_000 };

interface Modules {
  readonly client: KubeClient;
  readonly policy: (uid: string) => PolicyView | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onWritten?: (type: NetworkPolicyReference['type']) => void;
}

/**
 * Writes into Antrea policies on how many of their Nodes they are enforced (Antrea 1.3, 2.13). Agents report; what they
 * said is kept in memory, and they say it again to a controller that was restarted.
 */
export class StatusTracker {
  readonly #modules: Modules;
  /** By policy and Node: the generation that the Node enforces. */
  readonly #reports = new Map<string, Map<string, number>>();
  readonly #written = new Map<string, string>();
  #changed = new Set<string>();
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs: never,
      retryMs,
      signal: this.#stopped.signal,
      pass: ({ signal }) => this.#write(signal),
      onError: (error) => modules.logger.warn('Could not write the status of policies, will try again', { error }),
    });
    this.#loop.start();
  }

  /** A Node enforces a generation of a policy. Reports of policies that are gone are dropped. */
  report(uid: string, node: string, generation: number): void {
    if (!this.#modules.policy(uid)) return;
    const reports = this.#reports.get(uid) ?? new Map<string, number>();
    this.#reports.set(uid, reports.set(node, generation));
    this.policyChanged(uid);
  }

  /** A policy, or the Nodes that it is for, changed. */
  policyChanged(uid: string): void {
    this.#changed.add(uid);
    this.#loop.trigger();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop.ended();
  }

  async #write(signal: AbortSignal): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Set();
    let failure: unknown;
    for (const uid of changed) {
      try {
        await this.#writeOne(uid, signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#changed.add(uid);
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  async #writeOne(uid: string, signal: AbortSignal): Promise<void> {
    const { client, policy } = this.#modules;
    const view = policy(uid);
    if (!view) {
      this.#reports.delete(uid);
      this.#written.delete(uid);
      return;
    }
    const { source } = view.policy;
    if (source.type === 'K8sNetworkPolicy') return;
    const status = statusOf(view, this.#reports.get(uid) ?? new Map());
    const text = JSON.stringify(status);
    if (this.#written.get(uid) === text) return;
    const of =
      source.type === 'AntreaNetworkPolicy' ? customResources.networkPolicies : customResources.clusterNetworkPolicies;
    const ref = { name: source.name, ...(source.namespace === undefined ? {} : { namespace: source.namespace }) };
    // Another object under the same name is refused by its UID.
    const body = { metadata: { uid }, status };
    try {
      await client.patch(of, ref, { type: 'merge', body }, { subresource: 'status', signal });
    } catch (error) {
      if (!isKubeError(error, 'not-found', 'conflict')) throw error;
    }
    this.#written.set(uid, text);
    this.#modules.onWritten?.(source.type);
  }
}

/** How far a policy is enforced: on the Nodes of its span that said so of its present generation. */
export function statusOf(
  { span, policy }: PolicyView,
  reports: ReadonlyMap<string, number>,
): Required<AntreaPolicyStatus> {
  let current = 0;
  for (const node of span) if (reports.get(node) === policy.generation) current += 1;
  return {
    phase: current === span.size ? 'Realized' : 'Realizing',
    observedGeneration: policy.generation,
    currentNodesRealized: current,
    desiredNodesRealized: span.size,
  };
}
