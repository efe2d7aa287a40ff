import type { Endpoint, Frontend, ServicePort } from '@antrea-ts/proxy';

/** Endpoints that a Service port had. */
export interface Vanished {
  readonly port: ServicePort;
  readonly group: number | undefined;
  readonly frontends: readonly Frontend[];
  /** `address port`. */
  readonly endpoints: ReadonlySet<string>;
}

export function endpointName({ address, port }: Pick<Endpoint, 'address' | 'port'>): string {
  return `${address} ${port}`;
}

/** Gathers which Endpoints each Service port lost. */
export class VanishedEndpoints {
  readonly #found: Vanished[] = [];

  /** Compares what a port was with what it is; without `after` all of it is gone. */
  add(before: ServicePort, after: ServicePort | undefined, group: number | undefined): void {
    const endpoints = new Set(before.endpoints.map(endpointName));
    for (const endpoint of after?.endpoints ?? []) endpoints.delete(endpointName(endpoint));
    if (endpoints.size > 0) this.#found.push({ port: before, group, frontends: before.frontends, endpoints });
  }

  get size(): number {
    return this.#found.length;
  }

  /** Those of UDP: nothing else tells their clients that the other end is gone. */
  udp(): Vanished[] {
    return this.#found.filter(({ port }) => port.protocol === 'UDP');
  }

  /** Those of which the switch may have learned that a client belongs to them. */
  learned(): Vanished[] {
    return this.#found.filter(({ port, group }) => port.affinitySeconds !== undefined && group !== undefined);
  }
}
