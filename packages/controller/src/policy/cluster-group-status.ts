import { isKubeError, type KubeClient } from '@antrea-ts/kube';
import { KeyedQueue, type Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { customResources } from '../cluster/custom-resources.js';

const retryMs = { first: 1_000, longest: 60_000 };
const computed = 'GroupMembersComputed';

interface Modules {
  readonly client: KubeClient;
  /** Whether all is there that a group refers to; undefined: there is no such group. */
  readonly isComplete: (name: string) => boolean | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly now: () => number;
}

/**
 * Writes into ClusterGroups whether their members are known (Antrea 1.3, 2.10). Here it is taken back, too, when a child or
 * a Service that a group refers to is gone.
 */
export class ClusterGroupStatus {
  readonly #modules: Modules;
  readonly #stopped = new AbortController();
  readonly #queue: KeyedQueue<string>;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#queue = new KeyedQueue({
      handle: (name, { signal }) => this.#write(name, signal),
      clock: modules.clock,
      retryMs,
      signal: this.#stopped.signal,
      onError: (group, error) =>
        modules.logger.warn('Could not write the status of a ClusterGroup, will try again', { group, error }),
    });
    this.#queue.start();
  }

  groupsChanged(names: readonly string[]): void {
    for (const name of names) this.#queue.add(name);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#queue.ended();
  }

  async #write(name: string, signal: AbortSignal): Promise<void> {
    const { client, isComplete, now } = this.#modules;
    const complete = isComplete(name);
    if (complete === undefined) return;
    const status = complete ? 'True' : 'False';
    const of = customResources.clusterGroups;
    try {
      const { metadata, status: before } = await client.get(of, { name }, { signal });
      const conditions = before?.conditions ?? [];
      if (conditions.some((each) => each.type === computed && each.status === status)) return;
      const lastTransitionTime = `${new Date(now()).toISOString().slice(0, 19)}Z`;
      const others = conditions.filter(({ type }) => type !== computed);
      const body = {
        metadata: { uid: metadata.uid },
        status: { conditions: [...others, { type: computed, status, lastTransitionTime }] },
      };
      await client.patch(of, { name }, { type: 'merge', body }, { subresource: 'status', signal });
    } catch (error) {
      if (!isKubeError(error, 'not-found', 'conflict')) throw error;
    }
  }
}
