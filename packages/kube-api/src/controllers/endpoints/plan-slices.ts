import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { deepEqual } from '../../object.js';
import { groupKey, type SliceGroup } from './slice-groups.js';

/** What to do so that slices hold what they shall. */
export interface SlicePlan<Slice> {
  readonly create: readonly SliceGroup[];
  readonly update: readonly { readonly slice: Slice; readonly endpoints: readonly Endpoint[] }[];
  readonly delete: readonly Slice[];
}

/**
 * Plans with few changes: an Endpoint stays in the slice it is in, new ones go first where something changes anyhow,
 * then where there is room, then into new slices. A group without Endpoints keeps one slice that is empty.
 */
export function planSlices<Slice extends EndpointSlice>(
  groups: readonly SliceGroup[],
  slices: readonly Slice[],
  maxPerSlice: number,
): SlicePlan<Slice> {
  const create: SliceGroup[] = [];
  const update: { slice: Slice; endpoints: Endpoint[] }[] = [];
  const emptied = new Set(slices);
  for (const group of groups) {
    const key = groupKey(group.addressType, group.ports);
    const missing = new Map(group.endpoints.map((endpoint) => [endpoint.addresses[0] ?? '', endpoint]));
    const kept = slices
      .filter(({ addressType, ports }) => groupKey(addressType, ports ?? []) === key)
      .map((slice) => ({ slice, endpoints: keep(slice.endpoints, missing) }));
    const isChanged = ({ slice, endpoints }: (typeof kept)[number]): boolean => !deepEqual(slice.endpoints, endpoints);
    const byChange = [...kept.filter(isChanged), ...kept.filter((one) => !isChanged(one))];
    const added = [...missing.values()];
    for (const { endpoints } of byChange) endpoints.push(...added.splice(0, maxPerSlice - endpoints.length));
    const isPlaceholder = group.endpoints.length === 0;
    for (const one of isPlaceholder ? kept.slice(0, 1) : kept.filter(({ endpoints }) => endpoints.length > 0)) {
      emptied.delete(one.slice);
      if (isChanged(one)) update.push(one);
    }
    if (isPlaceholder && kept.length === 0) create.push(group);
    while (added.length > 0) create.push({ ...group, endpoints: added.splice(0, maxPerSlice) });
  }
  return { create, update, delete: [...emptied] };
}

/** The Endpoints of a slice that are wanted still, as they are wanted. They are not missing any more. */
function keep(endpoints: readonly Endpoint[], missing: Map<string, Endpoint>): Endpoint[] {
  return endpoints.flatMap(({ addresses: [address = ''] }) => {
    const wanted = missing.get(address);
    missing.delete(address);
    return wanted ?? [];
  });
}
