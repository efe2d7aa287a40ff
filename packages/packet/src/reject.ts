import { isMulticast, isMulticastMac, isUnspecified, type IpAddress } from '@antrea-ts/net-types';
import type { BuildLayer, PacketParts } from './build-packet.js';
import { ipLayerOf, layerOf, type Packet } from './layers.js';
import type { Ipv4 } from './layers/ipv4.js';
import type { Ipv6 } from './layers/ipv6.js';
import type { Tcp } from './layers/tcp.js';
import { icmpv4Types, icmpv6Types, tcpFlags } from './numbers.js';

export interface RejectOptions {
  /** TTL or hop limit of the answer; 128 unless given, as 1.3. */
  readonly ttl?: number;
}

/** Codes of ICMP unreachable that a policy's answer uses: administratively prohibited. */
const prohibited = { ipv4: 10, ipv6: 1 } as const;

/** Bytes of the payload that an ICMP error quotes at least (RFC 792). */
const minQuote = 8;
/** An ICMPv6 error fits into the smallest MTU of IPv6 (RFC 4443, 2.4). */
const maxIcmpv6Quote = 1280 - 40 - 8;

/**
 * The reset that refuses a TCP segment (RFC 9293, 3.10.7.1), addresses and ports swapped. Undefined where none may be
 * sent: no TCP header was read, the segment is a reset itself, or it did not go from one host to one host.
 */
export function tcpReset(packet: Packet, options: RejectOptions = {}): PacketParts | undefined {
  const tcp = layerOf(packet, 'tcp');
  if (!tcp || (tcp.flags & tcpFlags.rst) !== 0) return undefined;
  const back = layersBack(packet, options);
  if (!back) return undefined;
  const ports = { sourcePort: tcp.destinationPort, destinationPort: tcp.sourcePort };
  if ((tcp.flags & tcpFlags.ack) !== 0) {
    return { layers: [...back, { kind: 'tcp', ...ports, sequence: tcp.acknowledgment, flags: tcpFlags.rst }] };
  }
  const acknowledgment = (tcp.sequence + segmentLength(tcp, packet.payload.length)) >>> 0;
  return { layers: [...back, { kind: 'tcp', ...ports, acknowledgment, flags: tcpFlags.rst | tcpFlags.ack }] };
}

function segmentLength({ flags }: Tcp, payloadLength: number): number {
  return payloadLength + ((flags & tcpFlags.syn) !== 0 ? 1 : 0) + ((flags & tcpFlags.fin) !== 0 ? 1 : 0);
}

/**
 * The ICMP or ICMPv6 message that says a packet was refused: destination unreachable, administratively prohibited, with
 * the beginning of the packet. Undefined where none may be sent (RFC 1122, 3.2.2; RFC 4443, 2.4): no IP header was
 * read, the packet is an ICMP error, a later fragment, or it did not go from one host to one host.
 *
 * `bytes` are those from which the packet was parsed.
 */
export function icmpUnreachable(
  bytes: Uint8Array,
  packet: Packet,
  options: RejectOptions & { readonly code?: number } = {},
): PacketParts | undefined {
  const ip = ipLayerOf(packet);
  if (!ip || packet.stop?.reason === 'fragment' || isIcmpError(packet)) return undefined;
  const back = layersBack(packet, options);
  if (!back) return undefined;
  const quoted = quote(bytes, packet, ip);
  if (ip.kind === 'ipv4') {
    const { code = prohibited.ipv4 } = options;
    return { layers: [...back, { kind: 'icmpv4', type: icmpv4Types.unreachable, code }], payload: quoted };
  }
  const { code = prohibited.ipv6 } = options;
  return { layers: [...back, { kind: 'icmpv6', type: icmpv6Types.unreachable, code }], payload: quoted };
}

/** IPv4 quotes the header and 8 bytes, IPv6 as much as fits. */
function quote(bytes: Uint8Array, packet: Packet, ip: Ipv4 | Ipv6): Uint8Array {
  const start = packet.offsets[packet.layers.indexOf(ip)] ?? 0;
  const end = packet.payload.byteOffset - bytes.byteOffset + packet.payload.length;
  if (ip.kind === 'ipv6') return bytes.subarray(start, Math.min(end, start + maxIcmpv6Quote));
  const headerLength = ((bytes[start] ?? 0) & 15) * 4;
  return bytes.subarray(start, Math.min(end, start + headerLength + minQuote));
}

function isIcmpError({ layers, payload, stop }: Packet): boolean {
  // A header that could not be read is the beginning of the payload; one of which not even the type is there may be an error.
  if (stop?.layer === 'icmpv4') return isErrorType('icmpv4', payload[0] ?? icmpv4Types.unreachable);
  if (stop?.layer === 'icmpv6') return isErrorType('icmpv6', payload[0] ?? icmpv6Types.unreachable);
  return layers.some(
    (layer) => (layer.kind === 'icmpv4' || layer.kind === 'icmpv6') && isErrorType(layer.kind, layer.type),
  );
}

const icmpv4Errors: readonly number[] = [
  icmpv4Types.unreachable,
  icmpv4Types.sourceQuench,
  icmpv4Types.redirect,
  icmpv4Types.timeExceeded,
  icmpv4Types.parameterProblem,
];

function isErrorType(kind: 'icmpv4' | 'icmpv6', type: number): boolean {
  return kind === 'icmpv4' ? icmpv4Errors.includes(type) : type < 128;
}

/** Frame, tags and IP header of an answer; undefined where it was not from one host to one host. */
function layersBack(packet: Packet, { ttl = 128 }: RejectOptions): BuildLayer[] | undefined {
  const ethernet = layerOf(packet, 'ethernet');
  const ip = ipLayerOf(packet);
  if (!ip || !isOneHost(ip.source) || !isOneHost(ip.destination)) return undefined;
  if (ethernet && (isMulticastMac(ethernet.source) || isMulticastMac(ethernet.destination))) return undefined;
  const { source: destination, destination: source } = ip;
  const frame: BuildLayer[] = ethernet
    ? [{ ...ethernet, source: ethernet.destination, destination: ethernet.source }]
    : [];
  const tags = packet.layers.filter((layer) => layer.kind === 'vlan');
  const network =
    ip.kind === 'ipv4'
      ? ({ kind: 'ipv4', source, destination, ttl } as BuildLayer)
      : ({ kind: 'ipv6', source, destination, hopLimit: ttl } as BuildLayer);
  return [...frame, ...tags, network];
}

function isOneHost(address: IpAddress): boolean {
  const isBroadcast = address.family === 'ipv4' && address.value === 0xffff_ffff;
  return !isBroadcast && !isMulticast(address) && !isUnspecified(address);
}
