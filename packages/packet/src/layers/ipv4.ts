import { ipFromBytes, ipToBytes, type Ipv4Address } from '@antrea-ts/net-types';
import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { internetChecksum } from '../checksums.js';
import { PacketError } from '../errors.js';

/** IPv4 header (RFC 791). Length and checksum are computed when it is built. */
export interface Ipv4 {
  readonly kind: 'ipv4';
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly ttl: number;
  readonly dscp: number;
  readonly ecn: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  /** As on the wire; padded with zeros to a multiple of 4 when built. */
  readonly options: Uint8Array;
}

export const minIpv4Header = 20;

/** The header, and the length of header and payload together as it states. */
export function parseIpv4(reader: ByteReader): { readonly layer: Ipv4; readonly totalLength: number } {
  const versionAndLength = reader.u8();
  const headerLength = (versionAndLength & 15) * 4;
  if (versionAndLength >>> 4 !== 4) throw new PacketError('malformed', `ipv4: version ${versionAndLength >>> 4}`);
  if (headerLength < minIpv4Header) throw new PacketError('malformed', `ipv4: header of ${headerLength} bytes`);
  const tos = reader.u8();
  const totalLength = reader.u16();
  if (totalLength < headerLength) throw new PacketError('malformed', `ipv4: length ${totalLength} without a header`);
  const identification = reader.u16();
  const fragment = reader.u16();
  const ttl = reader.u8();
  const protocol = reader.u8();
  reader.u16();
  const layer: Ipv4 = {
    kind: 'ipv4',
    source: ipFromBytes(reader.take(4)) as Ipv4Address,
    destination: ipFromBytes(reader.take(4)) as Ipv4Address,
    protocol,
    ttl,
    dscp: tos >>> 2,
    ecn: tos & 3,
    identification,
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    options: reader.take(headerLength - minIpv4Header),
  };
  return { layer, totalLength };
}

export function buildIpv4(layer: Ipv4, payloadLength: number): Uint8Array {
  const writer = new ByteWriter('ipv4', 60);
  const headerLength = minIpv4Header + Math.ceil(layer.options.length / 4) * 4;
  const fragment =
    (layer.dontFragment ? 0x4000 : 0) | (layer.moreFragments ? 0x2000 : 0) | writer.fits(layer.fragmentOffset / 8, 13);
  writer.u8((4 << 4) | writer.fits(headerLength / 4, 4));
  writer.u8((writer.fits(layer.dscp, 6) << 2) | writer.fits(layer.ecn, 2));
  writer
    .u16(headerLength + payloadLength)
    .u16(layer.identification)
    .u16(fragment);
  writer.u8(layer.ttl).u8(layer.protocol).u16(0);
  writer.put(ipToBytes(layer.source)).put(ipToBytes(layer.destination)).put(layer.options).pad(4);
  writer.setU16(10, internetChecksum(writer.bytes()));
  return writer.bytes();
}
