import type { IpAddress, MacAddress } from '@antrea-ts/net-types';
import { macToNumber } from '@antrea-ts/net-types';
import { ctMark, registers } from '../registers.js';
import { PacketState } from './packet-state.js';

/** A packet as it comes to the switch. */
export interface EvaluatedPacket {
  readonly inPort: number;
  readonly sourceMac?: MacAddress;
  readonly destinationMac?: MacAddress;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Number of the IP protocol. */
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly packetMark?: number;
  readonly tunnelDestination?: IpAddress;
  /** A Service's Endpoint is chosen already: it is the destination. */
  readonly isToEndpoint?: boolean;
}

const defaultTtl = 64n;

export function stateOf(packet: EvaluatedPacket): PacketState {
  const { source, destination } = packet;
  const ip = source.family === 'ipv4' ? 'nw' : 'ipv6';
  const state = new PacketState([
    ['in_port', BigInt(packet.inPort)],
    ['dl_type', source.family === 'ipv4' ? 0x0800n : 0x86ddn],
    [`${ip}_src`, BigInt(source.value)],
    [`${ip}_dst`, BigInt(destination.value)],
    ['nw_proto', BigInt(packet.protocol)],
    ['nw_ttl', defaultTtl],
    ['tp_src', BigInt(packet.sourcePort ?? 0)],
    ['tp_dst', BigInt(packet.destinationPort ?? 0)],
    ['icmp_type', BigInt(packet.icmpType ?? 0)],
    ['icmp_code', BigInt(packet.icmpCode ?? 0)],
    ['pkt_mark', BigInt(packet.packetMark ?? 0)],
    ['ct_mark', packet.isToEndpoint ? BigInt(ctMark.service) : 0n],
  ]);
  if (packet.isToEndpoint) state.setBits(registers.rewriteMac, 1n);
  if (packet.sourceMac) state.set('dl_src', BigInt(macToNumber(packet.sourceMac)));
  if (packet.destinationMac) state.set('dl_dst', BigInt(macToNumber(packet.destinationMac)));
  const tunnel = packet.tunnelDestination;
  if (tunnel) state.set(tunnel.family === 'ipv4' ? 'tun_dst' : 'tun_ipv6_dst', BigInt(tunnel.value));
  return state;
}
