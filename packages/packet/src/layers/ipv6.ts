import { ipFromBytes, ipToBytes, type Ipv6Address } from '@antrea-ts/net-types';
import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { PacketError } from '../errors.js';
import { ipv6Extensions } from '../numbers.js';

/** IPv6 header (RFC 8200). The payload's length is computed when it is built. */
export interface Ipv6 {
  readonly kind: 'ipv6';
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
  /** Protocol, or the number of the first extension header. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly dscp: number;
  readonly ecn: number;
  readonly flowLabel: number;
}

/** Hop-by-hop options, routing or destination options: its number stands in the header before it. */
export interface Ipv6Extension {
  readonly kind: 'ipv6_extension';
  readonly type: 'hop_by_hop' | 'routing' | 'destination';
  readonly nextHeader: number;
  /** What follows the length, as on the wire: 6 bytes, 14, 22 and so on; padded with zeros when built. */
  readonly data: Uint8Array;
}

/** Fragment header: what follows is a part of a packet. */
export interface Ipv6Fragment {
  readonly kind: 'ipv6_fragment';
  readonly nextHeader: number;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly identification: number;
}

export const extensionNumbers = {
  hop_by_hop: ipv6Extensions.hopByHop,
  routing: ipv6Extensions.routing,
  destination: ipv6Extensions.destination,
} as const;

/** The header, and the length of the payload as it states. */
export function parseIpv6(reader: ByteReader): { readonly layer: Ipv6; readonly payloadLength: number } {
  const word = reader.u32();
  if (word >>> 28 !== 6) throw new PacketError('malformed', `ipv6: version ${word >>> 28}`);
  const payloadLength = reader.u16();
  const nextHeader = reader.u8();
  const hopLimit = reader.u8();
  const layer: Ipv6 = {
    kind: 'ipv6',
    source: ipFromBytes(reader.take(16)) as Ipv6Address,
    destination: ipFromBytes(reader.take(16)) as Ipv6Address,
    nextHeader,
    hopLimit,
    dscp: (word >>> 22) & 0x3f,
    ecn: (word >>> 20) & 3,
    flowLabel: word & 0xfffff,
  };
  return { layer, payloadLength };
}

export function buildIpv6(layer: Ipv6, payloadLength: number): Uint8Array {
  const writer = new ByteWriter('ipv6', 40);
  const trafficClass = (writer.fits(layer.dscp, 6) << 2) | writer.fits(layer.ecn, 2);
  writer.u32(6 * 2 ** 28 + trafficClass * 2 ** 20 + writer.fits(layer.flowLabel, 20));
  writer.u16(payloadLength).u8(layer.nextHeader).u8(layer.hopLimit);
  return writer.put(ipToBytes(layer.source)).put(ipToBytes(layer.destination)).bytes();
}

export function parseIpv6Extension(reader: ByteReader, type: Ipv6Extension['type']): Ipv6Extension {
  const nextHeader = reader.u8();
  const units = reader.u8();
  return { kind: 'ipv6_extension', type, nextHeader, data: reader.take(6 + units * 8) };
}

export function buildIpv6Extension({ nextHeader, data }: Ipv6Extension): Uint8Array {
  const units = Math.max(0, Math.ceil((data.length - 6) / 8));
  const writer = new ByteWriter('ipv6_extension', 8 + units * 8).u8(nextHeader).u8(units);
  return writer
    .put(data)
    .zeros(6 + units * 8 - data.length)
    .bytes();
}

export function parseIpv6Fragment(reader: ByteReader): Ipv6Fragment {
  const nextHeader = reader.u8();
  reader.u8();
  const word = reader.u16();
  return {
    kind: 'ipv6_fragment',
    nextHeader,
    fragmentOffset: word & 0xfff8,
    moreFragments: (word & 1) === 1,
    identification: reader.u32(),
  };
}

export function buildIpv6Fragment(layer: Ipv6Fragment): Uint8Array {
  const writer = new ByteWriter('ipv6_fragment', 8).u8(layer.nextHeader).u8(0);
  const offset = writer.fits(layer.fragmentOffset / 8, 13) * 8;
  return writer
    .u16(offset | (layer.moreFragments ? 1 : 0))
    .u32(layer.identification)
    .bytes();
}
