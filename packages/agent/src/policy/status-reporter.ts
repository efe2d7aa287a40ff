import type { ControlplaneNetworkPolicyStatus } from '@antrea-ts/apis';
import { controlplaneApiVersion } from '@antrea-ts/apis';
import type { KubeClient, Resource } from '@antrea-ts/kube';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import type { NodePolicies } from './node-policies.js';

const never = 2 ** 31 - 1;
/** As 1.3. */
const retryMs = { first: 1_000, longest: 60_000 };

interface Modules {
  readonly nodeName: string;
  readonly client: () => KubeClient | undefined;
  readonly resource: Resource;
  readonly policies: NodePolicies;
  /** Rules that could not be put on the switch. */
  readonly unplacedRules: () => ReadonlySet<string>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Tells the controller which generation of each Antrea policy this Node enforces: after the switch has acknowledged
 * its flows, never before.
 */
export class StatusReporter {
  readonly #modules: Modules;
  readonly #reported = new Map<string, number>();
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs: never,
      retryMs,
      signal: this.#stopped.signal,
      pass: ({ signal }) => this.#report(signal),
      onError: (error) => modules.logger.debug('Could not report the status of policies, will try again', { error }),
    });
    this.#loop.start();
  }

  /** Something of the policies changed. */
  changed(): void {
    this.#loop.trigger();
  }

  /** The controller may be another one, which knows nothing of what was reported. */
  controllerConnected(): void {
    this.#reported.clear();
    this.#loop.trigger();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop.ended();
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { policies, client, resource, nodeName, unplacedRules } = this.#modules;
    const wanted = [...policies.rules.policies()].filter(
      ([, { source, complete }]) => source.type !== 'K8sNetworkPolicy' && complete,
    );
    await policies.settled({ signal });
    const unplaced = unplacedRules();
    for (const [uid, { generation, effectiveRules }] of wanted) {
      if (this.#reported.get(uid) === generation || effectiveRules.some((rule) => unplaced.has(rule))) continue;
      const controller = client();
      if (!controller) throw new Error('the controller cannot be reached');
      const status: ControlplaneNetworkPolicyStatus & { apiVersion: string; kind: string } = {
        apiVersion: controlplaneApiVersion,
        kind: 'NetworkPolicyStatus',
        metadata: { name: uid },
        nodes: [{ nodeName, generation }],
      };
      await controller.createSubresource(resource, { name: uid }, 'status', status, { signal });
      this.#reported.set(uid, generation);
    }
    for (const uid of this.#reported.keys()) if (!policies.rules.policy(uid)) this.#reported.delete(uid);
  }
}
