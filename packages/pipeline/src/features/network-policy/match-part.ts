import type { FieldMatch } from '@antrea-ts/openflow';
import { addressBits, prefixMask, type Cidr, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import { ofFamily } from '../../flow-builder.js';

/** Which end of a packet a clause of a rule is about. */
export type PacketEnd = 'source' | 'destination';

/** One way in which a clause of a rule can be met, with its key as `matchKey` writes it. */
export interface MatchPart {
  readonly key: string;
  readonly match: readonly FieldMatch[];
}

const families = { ipv4: ofFamily('ipv4'), ipv6: ofFamily('ipv6') } as const;
const prefixes = { ipv4: 'dl_type=800,', ipv6: 'dl_type=86dd,' } as const;
const fields = {
  ipv4: { source: 'nw_src', destination: 'nw_dst' },
  ipv6: { source: 'ipv6_src', destination: 'ipv6_dst' },
} as const;

/**
 * Packets from or to one address. Keys are written here instead of by `matchKey`, because rules come with thousands
 * of addresses; a test holds both together.
 */
export function addressPart(address: IpAddress, end: PacketEnd): MatchPart {
  const { family, value } = address;
  const field = fields[family][end];
  return { key: `${prefixes[family]}${field}=${value.toString(16)},`, match: [families[family], { field, value }] };
}

/** Packets from or to a network; a network of one address is that address, one of all addresses is the family. */
export function cidrPart({ address, prefixLength }: Cidr, end: PacketEnd): MatchPart {
  const { family, value } = address;
  if (prefixLength === addressBits(family)) return addressPart(address, end);
  if (prefixLength === 0) return { key: prefixes[family], match: [families[family]] };
  const field = fields[family][end];
  const mask = prefixMask(family, prefixLength);
  return {
    key: `${prefixes[family]}${field}=${value.toString(16)}/${mask.toString(16)},`,
    match: [families[family], { field, value, mask }],
  };
}

/** Packets that leave by a port. */
export function targetPortPart(ofPort: number): MatchPart {
  return { key: `reg1=${ofPort.toString(16)},`, match: [{ field: 'reg1', value: ofPort }] };
}

/** Packets of a protocol, to ports that equal `port.value` in the bits of `port.mask`. */
export function servicePart(
  family: IpFamily,
  protocol: number,
  port: { readonly value: number; readonly mask: number } | undefined,
): MatchPart {
  const proto = `${prefixes[family]}nw_proto=${protocol.toString(16)},`;
  const match: FieldMatch[] = [families[family], { field: 'nw_proto', value: protocol }];
  // Bits of no port: the protocol alone.
  if (port === undefined || port.mask === 0) return { key: proto, match };
  const whole = port.mask === 0xffff;
  match.push({ field: 'tp_dst', value: port.value, ...(whole ? {} : { mask: port.mask }) });
  const name = `${protocolFields[protocol] ?? 'tp'}_dst`;
  return { key: `${proto}${name}=${port.value.toString(16)}${whole ? '' : `/${port.mask.toString(16)}`},`, match };
}

const protocolFields: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };
