import type { Action, Bucket, Group } from '@antrea-ts/openflow';
import { parseIp } from '@antrea-ts/net-types';
import type { Endpoint, ServicePort } from '@antrea-ts/proxy';
import { fewEndpoints, unmarkedByPort } from './udp-hash.js';
import { load, registers } from '../../registers.js';
import { resubmit } from '../connection.js';
import { mostParts, partId } from './group-ids.js';

/** A bucket takes 80 bytes, with UDP 104, and a message ends at 64 KB. */
const bucketsPerMessage = { TCP: 800, SCTP: 800, UDP: 600 } as const;

/**
 * The groups of a Service port: one, in which each Endpoint is a bucket; or, where those are more than a message can
 * carry, one whose buckets lead to parts of equal size. Their number is a power of two, which is what Open vSwitch's
 * table of hashes divides evenly. Parts come first: who leads to them needs them.
 */
export function serviceGroups(id: number, port: ServicePort): Group[] {
  const buckets = port.endpoints.map((endpoint) => bucketOf(endpoint, port));
  const parts = partsFor(port);
  if (parts === 1) return [{ group: id, groupType: 'select', buckets: evened(buckets) }];
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
export function serviceGroupIds(id: number, port: ServicePort): number[] {
  const parts = partsFor(port);
  if (port.endpoints.length === 0) return [];
  return parts === 1 ? [id] : [...Array.from({ length: parts }, (_, part) => partId(id, part)), id];
}

function partsFor({ endpoints, protocol }: ServicePort): number {
  let parts = 1;
  while (endpoints.length > parts * bucketsPerMessage[protocol] && parts < mostParts) parts *= 2;
  return parts;
}

/** Remembers the Endpoint in registers; with affinity the switch learns it before it goes on. */
function bucketOf({ address, port }: Endpoint, of: ServicePort): Bucket {
  return {
    weight: 100,
    actions: [
      chosen(address),
      load(registers.endpointPort, port),
      ...unmarkedByPort(of),
      resubmit(of.affinitySeconds === undefined ? 'EndpointDNAT' : 'ServiceLB'),
    ],
  };
}

function chosen(text: string): Action {
  const address = parseIp(text);
  if (address.family === 'ipv4') return load(registers.endpointIpv4, address.value);
  return { kind: 'set_field', field: registers.endpointIpv6.field, value: address.value };
}

/** Open vSwitch deals hashes to at most so many slots; groups that need more it decides packet by packet. */
const mostSlots = 64;

/**
 * Buckets with which Endpoints get equal shares. Open vSwitch deals as few slots as the weights allow, but at least 16
 * and a power of two: to 10 equal buckets 16 of them, twice as many connections to six as to four. A second, light
 * bucket of the first Endpoint has it deal all 64; or, where also those are too few, decide by a hash of its own.
 */
function evened(buckets: readonly Bucket[]): readonly Bucket[] {
  const [first] = buckets;
  const count = buckets.length;
  if (first === undefined || count > mostSlots || Number.isInteger(mostSlots / count)) return buckets;
  const [whole, light] = count < fewEndpoints ? [100, Math.ceil((100 * count) / mostSlots)] : [10_000, 1];
  return [
    { ...first, weight: whole - light },
    ...buckets.slice(1).map((bucket) => ({ ...bucket, weight: whole })),
    { ...first, weight: light },
  ];
}
