import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IpFamily } from '@antrea-ts/net-types';
import type { ServiceFlows } from '@antrea-ts/pipeline';
import type { EndpointsSpec, NodeFacts, ServicePort, ServicePorts, ServiceSpec } from '@antrea-ts/proxy';
import type { Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { Dataplane } from '../dataplane/dataplane.js';
import type { ProxyFamily, ProxyMetrics } from '../metrics/proxy-metrics.js';
import type { Forgotten } from './forget-stale.js';
import type { HostServices } from './host-services.js';
import { AllBut, VanishedEndpoints, type Stale } from './stale.js';

/** Owner of a Service port's flows and groups. Begins with the Service: `service/default/web:http/TCP/ipv4`. */
export function serviceOwner(id: string): string {
  return `service/${id}`;
}

interface Modules {
  readonly ports: ServicePorts;
  readonly flows: ServiceFlows;
  readonly dataplane: Pick<Dataplane, 'set' | 'patch' | 'settled'>;
  readonly metrics: ProxyMetrics;
  /** Forgets connections and learned choices of Endpoints that are gone from the switch. */
  readonly forget: (stale: Stale) => Promise<Forgotten>;
  /** Told of every port that the Node's own stack may have to know. */
  readonly host?: Pick<HostServices, 'set'> | undefined;
  /** Told of ports that have no Endpoints now. */
  readonly onEmpty: (port: ServicePort) => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly families: readonly IpFamily[];
  readonly signal: AbortSignal;
}

/** Tens of thousands at once would hold up everything else for seconds. */
const servicesPerTurn = 500;
const familyLabels = { ipv4: 'v4', ipv6: 'v6' } as const satisfies Record<string, ProxyFamily>;

/**
 * Brings the cluster's Services to the dataplane. What is stated is collected until the current turn ends; nothing is
 * applied before `begin`.
 */
export class NodeServices {
  readonly #modules: Modules;
  readonly #installed = { v4: { services: 0, endpoints: 0 }, v6: { services: 0, endpoints: 0 } };
  readonly #placed = new Map<string, ServicePort>();
  #begun = false;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  setService(key: string, spec: ServiceSpec | undefined): void {
    this.#modules.ports.setService(key, spec);
    this.#count({ services: 1, endpoints: 0 });
    this.#schedule();
  }

  setEndpoints(key: string, spec: EndpointsSpec | undefined): void {
    this.#modules.ports.setEndpoints(key, spec);
    this.#count({ services: 0, endpoints: 1 });
    this.#schedule();
  }

  setNode(node: NodeFacts): void {
    this.#modules.ports.setNode(node);
    this.#schedule();
  }

  /** Everything that the cluster has was stated: applies it, and every change from now on. */
  async begin(): Promise<void> {
    const { ports, flows, families } = this.#modules;
    this.#begun = true;
    while (ports.hasChanges) {
      this.#apply();
      await nextTurn();
    }
    flows.abandonRecovered();
    const stale = new AllBut(this.#placed.values(), { families, groupOf: (id) => flows.groupOf(id) });
    void this.#whenInstalled([...this.#placed.keys()]).then(() => this.#forget(stale));
  }

  stop(): void {
    this.#begun = false;
    clearImmediate(this.#scheduled);
  }

  #schedule(): void {
    if (this.#begun) this.#scheduled ??= setImmediate(() => this.#apply());
  }

  #apply(): void {
    this.#scheduled = undefined;
    const { ports, flows, dataplane, clock, logger } = this.#modules;
    if (!this.#begun || !ports.hasChanges) return;
    const startedAt = clock.now();
    const { changed, removed } = ports.takeChanges(servicesPerTurn);
    if (ports.hasChanges) this.#schedule();
    const vanished = new VanishedEndpoints();
    for (const [id, port] of removed) {
      vanished.add(port, undefined, flows.groupOf(id));
      dataplane.patch(serviceOwner(id), flows.remove(id));
      this.#note(port, undefined);
    }
    for (const [id, port] of changed) {
      const before = this.#placed.get(id);
      dataplane.patch(serviceOwner(id), flows.set(port));
      if (before) vanished.add(before, port, flows.groupOf(id));
      this.#note(before, port);
      if (port.endpoints.length === 0) this.#modules.onEmpty(port);
    }
    if (changed.size + removed.size === 0) return;
    logger.debug('Stated Services', { changed: changed.size, removed: removed.size });
    const families = new Set([...changed.values(), ...removed.values()].map(({ family }) => familyLabels[family]));
    void this.#whenInstalled([...changed.keys(), ...removed.keys()]).then(() => {
      for (const family of families) this.#modules.metrics.synced((clock.now() - startedAt) / 1000, family);
      return this.#forget(vanished);
    });
  }

  /** Afterwards: what the switch had of them could come again before. */
  async #forget(stale: Stale): Promise<void> {
    const { forget, signal, logger } = this.#modules;
    if (stale.families.length + stale.groups.length === 0 || signal.aborted) return;
    try {
      const forgotten = await forget(stale);
      if (forgotten.connections + forgotten.learned > 0)
        logger.debug('Forgot Endpoints that are gone', { ...forgotten });
    } catch (error) {
      if (!signal.aborted) logger.warn('Could not forget connections to Endpoints that are gone', { error });
    }
  }

  /** Resolves when the switch has said of each what became of it; what it refuses is tried again by the dataplane. */
  async #whenInstalled(ids: readonly string[]): Promise<void> {
    const { dataplane, signal, logger } = this.#modules;
    try {
      await dataplane.settled({ signal, owner: ids.map(serviceOwner) });
    } catch (error) {
      if (!signal.aborted) logger.debug('Not all Services are installed', { error: errorMessage(error) });
    }
  }

  #note(before: ServicePort | undefined, after: ServicePort | undefined): void {
    const port = after ?? before;
    if (port === undefined) return;
    this.#modules.host?.set(port.id, after);
    if (after) this.#placed.set(after.id, after);
    else this.#placed.delete(port.id);
    const label = familyLabels[port.family];
    const counts = this.#installed[label];
    counts.services += (after ? 1 : 0) - (before ? 1 : 0);
    counts.endpoints += (after?.endpoints.length ?? 0) - (before?.endpoints.length ?? 0);
    this.#modules.metrics.installed(counts, label);
  }

  #count(counts: { readonly services: number; readonly endpoints: number }): void {
    for (const family of Object.values(familyLabels)) this.#modules.metrics.updated(counts, family);
  }
}
