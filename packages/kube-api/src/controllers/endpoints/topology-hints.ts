import type { Node, Service } from 'kubernetes-types/core/v1.js';
import type { Endpoint } from 'kubernetes-types/discovery/v1.js';
import type { SliceGroup } from './slice-groups.js';

const annotations = ['service.kubernetes.io/topology-mode', 'service.kubernetes.io/topology-aware-hints'];
const zoneLabel = 'topology.kubernetes.io/zone';

/** How much more than its share of the traffic an Endpoint may get for staying in its zone. */
const overload = 1.2;

/**
 * Says for each Endpoint which zone's clients it is for, where the Service asks for it. Zones count by their Nodes. None
 * are given where a Node or an Endpoint has no zone, there is one zone only, or Endpoints are too few to be shared fairly.
 */
export function withHints(
  service: Service,
  groups: readonly SliceGroup[],
  nodes: readonly Node[],
): readonly SliceGroup[] {
  const asked = annotations.map((key) => service.metadata?.annotations?.[key]?.toLowerCase());
  return asked.includes('auto') ? groups.map((group) => hinted(group, nodes)) : groups;
}

function hinted(group: SliceGroup, nodes: readonly Node[]): SliceGroup {
  const zones = nodes.map((node) => node.metadata?.labels?.[zoneLabel]);
  const ready = group.endpoints.filter(({ conditions }) => conditions?.ready !== false);
  const names = [...new Set(zones.flatMap((zone) => zone ?? []))].sort();
  const isZoned = [...zones, ...ready.map(({ zone }) => zone)].every((zone) => zone !== undefined);
  if (!isZoned || names.length < 2) return group;
  const counts = names.map((name) => {
    const share = (zones.filter((zone) => zone === name).length / zones.length) * ready.length;
    return { name, share, least: Math.ceil(share / overload) };
  });
  if (counts.reduce((sum, { least }) => sum + least, 0) > ready.length) return group;
  const zoneOf = assign(ready, counts);
  return {
    ...group,
    endpoints: group.endpoints.map((endpoint) => {
      const zone = zoneOf.get(endpoint);
      return zone === undefined ? endpoint : { ...endpoint, hints: { forZones: [{ name: zone }] } };
    }),
  };
}

/** Endpoints serve their own zone; those that it can do without go to the zones that lack some. */
function assign(
  endpoints: readonly Endpoint[],
  counts: readonly { readonly name: string; readonly least: number }[],
): Map<Endpoint, string> {
  const zoneOf = new Map(endpoints.map((endpoint) => [endpoint, endpoint.zone ?? '']));
  const of = (zone: string): Endpoint[] => endpoints.filter((endpoint) => zoneOf.get(endpoint) === zone);
  for (const { name, least } of counts) {
    for (const donor of counts) {
      const lacking = Math.max(0, least - of(name).length);
      const spare = Math.max(0, of(donor.name).length - donor.least);
      if (donor.name === name) continue;
      for (const endpoint of of(donor.name).slice(0, Math.min(lacking, spare))) zoneOf.set(endpoint, name);
    }
  }
  return zoneOf;
}
