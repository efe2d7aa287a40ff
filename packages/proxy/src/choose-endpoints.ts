import type { Candidate, EndpointBlock } from './read-endpoints.js';
import type { ServicePortSpec } from './read-service.js';
import type { Endpoint } from './service-port.js';
import type { IpFamily } from '@antrea-ts/net-types';

/** What of a Node decides which Endpoints it uses. */
export interface NodeFacts {
  readonly name: string;
  /** Label `topology.kubernetes.io/zone`. */
  readonly zone?: string;
}

interface Offer extends Endpoint {
  readonly candidate: Candidate;
}

/** Everything that blocks offer for a port, each address and port once, and in order. */
export function offersFor(
  { name, protocol }: ServicePortSpec,
  family: IpFamily,
  blocks: Iterable<EndpointBlock>,
  node: NodeFacts,
): Offer[] {
  const offers = new Map<string, Offer>();
  for (const { ports, candidates } of blocks) {
    for (const each of ports) {
      if (each.name !== name || each.protocol !== protocol) continue;
      for (const candidate of candidates) {
        if (candidate.family !== family) continue;
        const key = `${candidate.address} ${each.port}`;
        const known = offers.get(key);
        // A Pod may be in two slices while it moves from one to the other.
        if (known && (known.candidate.ready || !candidate.ready)) continue;
        const { address, node: at } = candidate;
        offers.set(key, { address, port: each.port, isLocal: at === node.name, candidate });
      }
    }
  }
  return [...offers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, offer]) => offer);
}

/**
 * The Endpoints that get connections: those that are ready; when there are none, those that end but still serve. In the
 * whole cluster, or where its policy says so on this Node alone.
 */
export function chooseEndpoints(
  offers: readonly Offer[],
  { localOnly, zone }: { readonly localOnly: boolean; readonly zone?: string | undefined },
): Endpoint[] {
  const reachable = localOnly ? offers.filter(({ isLocal }) => isLocal) : offers;
  const ready = reachable.filter(({ candidate }) => candidate.ready);
  const chosen = ready.length > 0 ? ready : reachable.filter(({ candidate }) => candidate.serving);
  return (localOnly ? chosen : inZone(chosen, zone)).map(({ address, port, isLocal }) => ({ address, port, isLocal }));
}

/** Hints count only when every Endpoint has them and some are for this zone, or traffic would pile up elsewhere. */
function inZone(offers: readonly Offer[], zone: string | undefined): readonly Offer[] {
  if (zone === undefined || offers.some(({ candidate }) => candidate.zones === undefined)) return offers;
  const here = offers.filter(({ candidate }) => candidate.zones?.includes(zone));
  return here.length > 0 ? here : offers;
}
