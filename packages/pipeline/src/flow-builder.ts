import { tableIds, type TableName } from '@antrea-ts/apis';
import type { Action, FieldMatch, Flow, Instruction } from '@antrea-ts/openflow';
import {
  macToNumber,
  prefixMask,
  type Cidr,
  type IpAddress,
  type IpFamily,
  type MacAddress,
} from '@antrea-ts/net-types';
import { cookie, type CookieCategory } from './cookie.js';

/** Priorities of the tables that have no ordering of their own. */
export const priority = { high: 210, guard: 205, normal: 200, invalid: 195, low: 190, miss: 0 } as const;

/** A flow in the pipeline's terms. `then` ends it: a table, or nothing where the actions already decide. */
export interface FlowSpec {
  readonly table: TableName;
  readonly priority: number;
  readonly match?: readonly FieldMatch[];
  readonly actions?: readonly Action[];
  readonly goto?: TableName;
  /** Instructions before the actions. */
  readonly first?: readonly Instruction[];
  /** Object id of the cookie. */
  readonly object?: number;
}

/** Turns specs into flows of one category and round. */
export function renderFlows(round: number, category: CookieCategory, specs: readonly FlowSpec[]): Flow[] {
  const common = cookie(round, category);
  return specs.map((spec) => ({
    table: tableIds[spec.table],
    priority: spec.priority,
    cookie: spec.object === undefined ? common : cookie(round, category, spec.object),
    match: spec.match ?? [],
    instructions: instructionsOf(spec),
  }));
}

function instructionsOf({ first = [], actions = [], goto }: FlowSpec): Instruction[] {
  const instructions: Instruction[] = [...first];
  if (actions.length > 0) instructions.push({ kind: 'apply_actions', actions });
  if (goto !== undefined) instructions.push({ kind: 'goto_table', table: tableIds[goto] });
  return instructions;
}

const etherTypes: Record<IpFamily, number> = { ipv4: 0x0800, ipv6: 0x86dd };
const arpEtherType = 0x0806;

export const arp: FieldMatch = { field: 'dl_type', value: arpEtherType };
const discoveryTypes = { routerAdvertisement: 134, solicitation: 135, advertisement: 136, redirect: 137 } as const;

/** Valid packets of IPv6 neighbour discovery (RFC 4861), by their kind. */
export function neighbourDiscovery(type: keyof typeof discoveryTypes): readonly FieldMatch[] {
  return [...likeNeighbourDiscovery(type), { field: 'icmpv6_code', value: 0 }];
}

/** The same with any code: what is dropped should not depend on how strict its receivers are. */
export function likeNeighbourDiscovery(type: keyof typeof discoveryTypes): readonly FieldMatch[] {
  return [
    { field: 'dl_type', value: etherTypes.ipv6 },
    { field: 'nw_proto', value: 58 },
    { field: 'icmpv6_type', value: discoveryTypes[type] },
  ];
}

export function ofFamily(family: IpFamily): FieldMatch {
  return { field: 'dl_type', value: etherTypes[family] };
}

export function inPort(ofPort: number): FieldMatch {
  return { field: 'in_port', value: ofPort };
}

/** Packets of the address' family that it sent. */
export function fromIp(address: IpAddress): readonly FieldMatch[] {
  return [ofFamily(address.family), { field: ipField(address.family, 'src'), value: address.value }];
}

export function toIp(address: IpAddress): readonly FieldMatch[] {
  return [ofFamily(address.family), { field: ipField(address.family, 'dst'), value: address.value }];
}

export function toCidr(cidr: Cidr): readonly FieldMatch[] {
  return [ofFamily(cidr.address.family), cidrMatch(ipField(cidr.address.family, 'dst'), cidr)];
}

/** A prefix as value and mask of a field. */
export function cidrMatch(field: string, { address, prefixLength }: Cidr): FieldMatch {
  return { field, value: address.value, mask: prefixMask(address.family, prefixLength) };
}

function ipField(family: IpFamily, end: 'src' | 'dst'): string {
  return family === 'ipv4' ? `nw_${end}` : `ipv6_${end}`;
}

export function fromMac(mac: MacAddress): FieldMatch {
  return { field: 'dl_src', value: macToNumber(mac) };
}

export function toMac(mac: MacAddress): FieldMatch {
  return { field: 'dl_dst', value: macToNumber(mac) };
}

const ctStateBits = { new: 0x01, est: 0x02, rel: 0x04, rpl: 0x08, inv: 0x10, trk: 0x20 } as const;
type CtStateBit = keyof typeof ctStateBits;

/** Matches connection state bits: `ctState({ new: true, trk: true })` is `+new+trk`, `false` is `-`. */
export function ctState(bits: Partial<Record<CtStateBit, boolean>>): FieldMatch {
  let value = 0;
  let mask = 0;
  for (const [bit, set] of Object.entries(bits) as [CtStateBit, boolean][]) {
    mask |= ctStateBits[bit];
    if (set) value |= ctStateBits[bit];
  }
  return { field: 'ct_state', value, mask };
}

export function setSourceMac(mac: MacAddress): Action {
  return { kind: 'set_field', field: 'dl_src', value: macToNumber(mac) };
}

export function setDestinationMac(mac: MacAddress): Action {
  return { kind: 'set_field', field: 'dl_dst', value: macToNumber(mac) };
}

/** The far end of the flow-based tunnel. */
export function setTunnelDestination(address: IpAddress): Action {
  return { kind: 'set_field', field: address.family === 'ipv4' ? 'tun_dst' : 'tun_ipv6_dst', value: address.value };
}
