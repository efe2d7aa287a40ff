import type { Action, Bucket, Group } from '@antrea-ts/openflow';
import { parseIp } from '@antrea-ts/net-types';
import type { Endpoint, ServicePort } from '@antrea-ts/proxy';
import { load, registers } from '../../registers.js';
import { resubmit } from '../connection.js';
import { mostParts, partId } from './group-ids.js';

/** A bucket takes 80 bytes, and a message ends at 64 KB. */
const bucketsPerMessage = 800;
const weight = 100;

/**
 * The groups of a Service port: one, in which each Endpoint is a bucket; or, where those are more than a message can
 * carry, one whose buckets lead to parts of equal size. Their number is a power of two, which is what Open vSwitch's
 * table of hashes divides evenly. Parts come first: who leads to them needs them.
 */
export function serviceGroups(id: number, port: ServicePort): Group[] {
  const buckets = port.endpoints.map((endpoint) => bucketOf(endpoint, port));
  const parts = partsFor(buckets.length);
  if (parts === 1) return [{ group: id, groupType: 'select', buckets }];
  const size = buckets.length / parts;
  const groups = Array.from({ length: parts }, (_, part): Group => ({
    group: partId(id, part),
    groupType: 'select',
    buckets: buckets.slice(Math.round(part * size), Math.round((part + 1) * size)),
  }));
  const leads = groups.map(({ group, buckets: { length } }): Bucket => ({
    weight: length,
    actions: [{ kind: 'group', group }],
  }));
  return [...groups, { group: id, groupType: 'select', buckets: leads }];
}

/** Keys of a port's groups, without making them. */
export function serviceGroupIds(id: number, { endpoints }: ServicePort): number[] {
  const parts = partsFor(endpoints.length);
  if (endpoints.length === 0) return [];
  return parts === 1 ? [id] : [...Array.from({ length: parts }, (_, part) => partId(id, part)), id];
}

function partsFor(count: number): number {
  let parts = 1;
  while (count > parts * bucketsPerMessage && parts < mostParts) parts *= 2;
  return parts;
}

/** Remembers the Endpoint in registers; with affinity the switch learns it before it goes on. */
function bucketOf({ address, port }: Endpoint, { affinitySeconds }: ServicePort): Bucket {
  return {
    weight,
    actions: [
      chosen(address),
      load(registers.endpointPort, port),
      resubmit(affinitySeconds === undefined ? 'EndpointDNAT' : 'ServiceLB'),
    ],
  };
}

function chosen(text: string): Action {
  const address = parseIp(text);
  if (address.family === 'ipv4') return load(registers.endpointIpv4, address.value);
  return { kind: 'set_field', field: registers.endpointIpv6.field, value: address.value };
}
