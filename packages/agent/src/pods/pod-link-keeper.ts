import type { Host } from '@antrea-ts/host';
import type { Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import type { NodeIntent } from '../dataplane/node-intent.js';
import { KeptPart } from '../host/kept-part.js';
import { podKey, podOwner, type PodStore } from './pod-store.js';

interface Modules {
  readonly host: Host;
  readonly intent: Pick<NodeIntent, 'hasPod'>;
  readonly store: Pick<PodStore, 'all'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Keeps the Node's ends of connected Pods' interfaces up and with their MTU, and says what somebody made of them. The
 * Pod's end is the Pod's own affair.
 */
export class PodLinkKeeper {
  readonly #modules: Modules;
  readonly #part: KeptPart;
  readonly #unsubscribe: () => void;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#part = new KeptPart({ what: 'interfaces of Pods', apply: ({ signal }) => this.#repair(signal) }, modules);
    this.#unsubscribe = modules.host.subscribe((changes) => {
      if (changes.has('links')) this.#part.look();
    });
  }

  /** Why the interfaces are not as they shall be; undefined: they are. */
  get problem(): string | undefined {
    return this.#part.problem;
  }

  start(): void {
    this.#part.start();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#part.stop();
  }

  async #repair(signal: AbortSignal): Promise<void> {
    const { host, intent, store, logger } = this.#modules;
    // One that is on its way in or out is in the hands of a CNI call.
    const pods = new Map(
      store
        .all()
        .filter((pod) => intent.hasPod(podOwner(pod)))
        .map((pod) => [pod.interfaceName, pod]),
    );
    if (pods.size === 0) return;
    const ends = [...pods].map(([hostName, { mtu }]) => ({ hostName, ...(mtu === undefined ? {} : { mtu }) }));
    for (const { hostName, changes } of (await host.pods.ensureHostEnds?.(ends, { signal })) ?? []) {
      const pod = pods.get(hostName);
      logger.warn("Repaired a Pod's interface that was changed from outside", {
        interface: hostName,
        ...(pod ? { pod: podKey(pod) } : {}),
        changes,
      });
    }
  }
}
