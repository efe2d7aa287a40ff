import {
  bridgeDifferences,
  ensureBridge,
  isOvsError,
  type OvsBridge,
  type OvsdbClient,
  type PortSpec,
} from '@antrea-ts/ovs';
import type { Host } from '@antrea-ts/host';
import type { Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { Dataplane } from '../dataplane/dataplane.js';
import type { NodeIntent } from '../dataplane/node-intent.js';
import { KeptPart } from '../host/kept-part.js';
import { podExternalIds, podKey, podOwner, type PodPort, type PodStore } from '../pods/pod-store.js';
import type { BridgeSetup } from './bridge-setup.js';
import { podPortType } from './pod-ports.js';

interface Modules {
  readonly database: OvsdbClient;
  readonly setup: BridgeSetup;
  readonly intent: Pick<NodeIntent, 'hasPod'>;
  readonly store: Pick<PodStore, 'all'>;
  readonly dataplane: Pick<Dataplane, 'audit'>;
  readonly host: Pick<Host, 'platform'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

const ourTables: readonly string[] = ['Bridge', 'Port', 'Interface'];

/**
 * Keeps the bridge, the Node's own ports and the ports of connected Pods in the database as the agent made them, and
 * says what was changed from outside. Looks whenever the database tells of a change. Flows are the dataplane's business,
 * devices the host's.
 */
export class BridgeKeeper {
  readonly #modules: Modules;
  readonly #part: KeptPart;
  readonly #unsubscribe: () => void;
  /** Pods whose port cannot be made again, with the reason: told once. */
  readonly #lost = new Map<string, string>();

  constructor(modules: Modules) {
    this.#modules = modules;
    const { database } = modules;
    this.#part = new KeptPart({ what: 'bridge and ports', apply: ({ signal }) => this.#repair(signal) }, modules);
    this.#unsubscribe = database.subscribe((event) => {
      if (event.kind === 'disconnected') return;
      if (event.kind !== 'updated' || event.changes.some(({ table }) => ourTables.includes(table))) this.#part.look();
    });
  }

  /** Why bridge and ports are not as they shall be; undefined: they are. */
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
    const { database, setup, store, intent } = this.#modules;
    // What is known of the database is old; a new connection begins with what it has then.
    if (!database.connected) return;
    await this.#repairBridge(signal);
    for (const spec of setup.desired.ports) await this.#repairPort(setup.bridge, spec, signal);
    for (const pod of store.all()) {
      // One that is on its way in or out is in the hands of a CNI call.
      if (intent.hasPod(podOwner(pod))) await this.#repairPod(setup.bridge, pod, signal);
    }
  }

  async #repairBridge(signal: AbortSignal): Promise<void> {
    const { database, setup, logger } = this.#modules;
    const { bridge: spec } = setup.desired;
    const existing = database.replica.find('Bridge', 'name', spec.name);
    const changes = existing === undefined ? ['it was deleted'] : bridgeDifferences(existing, spec);
    if (changes.length === 0) return;
    await ensureBridge(database, spec, { signal });
    // With another fail mode, for one, Open vSwitch drops all flows.
    this.#modules.dataplane.audit();
    logger.warn('Repaired the bridge that was changed from outside', { bridge: spec.name, changes });
  }

  async #repairPort(bridge: OvsBridge, spec: PortSpec, signal: AbortSignal): Promise<void> {
    const changes = await bridge.ensurePort(spec, { signal });
    if (changes.length === 0) return;
    this.#modules.logger.warn('Repaired a port that was changed from outside', { port: spec.name, changes });
  }

  /** Where the Pod's device is gone too only the runtime can help; the others must not wait for it. */
  async #repairPod(bridge: OvsBridge, pod: PodPort, signal: AbortSignal): Promise<void> {
    const { host } = this.#modules;
    const key = podKey(pod);
    try {
      const spec = {
        name: pod.interfaceName,
        type: podPortType(host),
        ofPortRequest: 0,
        options: {},
        externalIds: podExternalIds(pod),
      };
      await this.#repairPort(bridge, spec, signal);
      this.#lost.delete(key);
    } catch (error) {
      if (!isOvsError(error, 'port failed')) throw error;
      const reason = errorMessage(error);
      if (this.#lost.get(key) === reason) return;
      this.#lost.set(key, reason);
      this.#modules.logger.warn('Cannot connect a Pod again; recreate it', { pod: key, reason });
    }
  }
}
