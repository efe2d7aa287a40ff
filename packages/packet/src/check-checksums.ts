import { ipProtocols } from '@antrea-ts/net-types';
import { crc32c, internetChecksum, pseudoHeaderSum } from './checksums.js';
import { ipLayerOf, type LayerKind, type Packet } from './layers.js';

/**
 * The layers whose checksum is wrong. What cannot be known is not reported: of fragments and of packets that were cut
 * short only the IPv4 header is checked, and UDP over IPv4 may have none.
 */
export function wrongChecksums(bytes: Uint8Array, packet: Packet): LayerKind[] {
  return packet.layers.flatMap(({ kind }, index) => {
    const start = packet.offsets[index] ?? 0;
    if (kind === 'ipv4')
      return internetChecksum(bytes.subarray(start, ipv4HeaderEnd(bytes, start))) === 0 ? [] : [kind];
    return isWhole(packet) && isWrong(bytes, packet, kind, start) ? [kind] : [];
  });
}

function ipv4HeaderEnd(bytes: Uint8Array, start: number): number {
  return start + ((bytes[start] ?? 0) & 15) * 4;
}

function isWhole({ layers, stop }: Packet): boolean {
  if (stop) return false;
  return !layers.some((layer) => (layer.kind === 'ipv4' || layer.kind === 'ipv6_fragment') && layer.moreFragments);
}

function isWrong(bytes: Uint8Array, packet: Packet, kind: LayerKind, start: number): boolean {
  const end = packet.payload.byteOffset - bytes.byteOffset + packet.payload.length;
  const covered = bytes.subarray(start, end);
  const ip = ipLayerOf(packet);
  if (kind === 'icmpv4') return internetChecksum(covered) !== 0;
  if (kind === 'sctp') return isWrongSctp(covered);
  const protocol = protocolOf(kind);
  if (protocol === undefined || !ip) return false;
  if (kind === 'udp' && ip.kind === 'ipv4' && covered[6] === 0 && covered[7] === 0) return false;
  return internetChecksum(covered, pseudoHeaderSum({ ...ip, protocol }, covered.length)) !== 0;
}

function isWrongSctp(covered: Uint8Array): boolean {
  const copy = covered.slice();
  const stated = new DataView(copy.buffer).getUint32(8, true);
  copy.fill(0, 8, 12);
  return crc32c(copy) !== stated;
}

function protocolOf(kind: LayerKind): number | undefined {
  switch (kind) {
    case 'tcp':
      return ipProtocols.TCP;
    case 'udp':
      return ipProtocols.UDP;
    case 'icmpv6':
    case 'neighbor_solicitation':
    case 'neighbor_advertisement':
    case 'router_solicitation':
    case 'router_advertisement':
      return ipProtocols.ICMPv6;
    default:
      return undefined;
  }
}
