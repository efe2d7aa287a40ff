import type { IpFamily } from '@antrea-ts/net-types';
import type { Endpoint, ServicePort } from '@antrea-ts/proxy';
import type { TrackedConnection } from './tracked-connection.js';

/** What in the switch belongs to Endpoints that are gone. */
export interface Stale {
  /** Where there may be such connections of UDP: nothing else tells their clients that the other end is gone. */
  readonly families: readonly IpFamily[];
  isStaleConnection(connection: TrackedConnection): boolean;
  /** Groups of which the switch may have learned that a client belongs to such an Endpoint. */
  readonly groups: readonly number[];
  /** Whether an Endpoint, learned for a client of a group, is gone. */
  isStaleChoice(group: number, endpoint: Pick<Endpoint, 'address' | 'port'>): boolean;
}

function nameOf({ address, port }: Pick<Endpoint, 'address' | 'port'>): string {
  return `${address} ${port}`;
}

function frontendOf({ destination, destinationPort }: TrackedConnection): string {
  return nameOf({ address: destination, port: destinationPort });
}

function endpointOf({ replySource, replySourcePort }: TrackedConnection): string {
  return nameOf({ address: replySource, port: replySourcePort });
}

/** Gathers which Endpoints each Service port lost. */
export class VanishedEndpoints implements Stale {
  readonly #families = new Set<IpFamily>();
  /** Names of Endpoints by frontend, of UDP. */
  readonly #byFrontend = new Map<string, Set<string>>();
  readonly #byGroup = new Map<number, ReadonlySet<string>>();

  /** Compares what a port was with what it is; without `after` all of it is gone. */
  add(before: ServicePort, after: ServicePort | undefined, group: number | undefined): void {
    const lost = new Set(before.endpoints.map(nameOf));
    for (const endpoint of after?.endpoints ?? []) lost.delete(nameOf(endpoint));
    if (lost.size === 0) return;
    // Without the port there is nothing left that teaches.
    if (before.affinitySeconds !== undefined && after && group !== undefined) this.#byGroup.set(group, lost);
    if (before.protocol !== 'UDP') return;
    this.#families.add(before.family);
    for (const frontend of before.frontends.map(nameOf)) {
      this.#byFrontend.set(frontend, new Set([...(this.#byFrontend.get(frontend) ?? []), ...lost]));
    }
  }

  get families(): readonly IpFamily[] {
    return [...this.#families];
  }

  get groups(): readonly number[] {
    return [...this.#byGroup.keys()];
  }

  isStaleConnection(connection: TrackedConnection): boolean {
    return this.#byFrontend.get(frontendOf(connection))?.has(endpointOf(connection)) ?? false;
  }

  isStaleChoice(group: number, endpoint: Pick<Endpoint, 'address' | 'port'>): boolean {
    return this.#byGroup.get(group)?.has(nameOf(endpoint)) ?? false;
  }
}

/** Everything but these ports' Endpoints: what vanished while no agent was there to see it. */
export class AllBut implements Stale {
  readonly families: readonly IpFamily[];
  readonly #byFrontend = new Map<string, ReadonlySet<string>>();
  readonly #byGroup = new Map<number, ReadonlySet<string>>();

  constructor(
    ports: Iterable<ServicePort>,
    { families, groupOf }: { families: readonly IpFamily[]; groupOf: (id: string) => number | undefined },
  ) {
    this.families = families;
    for (const port of ports) {
      const group = groupOf(port.id);
      const isSticky = port.affinitySeconds !== undefined && group !== undefined;
      if (!isSticky && port.protocol !== 'UDP') continue;
      const endpoints = new Set(port.endpoints.map(nameOf));
      if (isSticky) this.#byGroup.set(group, endpoints);
      if (port.protocol === 'UDP') {
        for (const frontend of port.frontends.map(nameOf)) {
          this.#byFrontend.set(frontend, new Set([...(this.#byFrontend.get(frontend) ?? []), ...endpoints]));
        }
      }
    }
  }

  get groups(): readonly number[] {
    return [...this.#byGroup.keys()];
  }

  isStaleConnection(connection: TrackedConnection): boolean {
    return !(this.#byFrontend.get(frontendOf(connection))?.has(endpointOf(connection)) ?? false);
  }

  isStaleChoice(group: number, endpoint: Pick<Endpoint, 'address' | 'port'>): boolean {
    return !(this.#byGroup.get(group)?.has(nameOf(endpoint)) ?? false);
  }
}
