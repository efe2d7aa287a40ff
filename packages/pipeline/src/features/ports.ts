import type { FieldMatch, Flow } from '@antrea-ts/openflow';
import { gatewayOf, type Cidr, type IpAddress, type MacAddress } from '@antrea-ts/net-types';
import {
  ctState,
  fromIp,
  inPort,
  ofFamily,
  priority,
  renderFlows,
  setDestinationMac,
  setSourceMac,
  setTunnelDestination,
  toCidr,
  toIp,
  type FlowSpec,
} from '../flow-builder.js';
import type { NodeProfile } from '../profile.js';
import { ctMark, hostLocalPacketMark, load, packetSource, registerIs, registers } from '../registers.js';
import type { Layout } from '../tables.js';
import { hostProbePriority } from './connection.js';
import { arpResponder, virtualMac } from './neighbours.js';
import { directPeerFlows } from './uplink.js';
import { ownArp, routedPacket, towards } from './port-flows.js';

/** The gateway port: the way between Pods and the Node's own network stack. */
export function gatewayFlows(profile: NodeProfile, layout: Layout): Flow[] {
  const { gateway } = profile;
  const specs: FlowSpec[] = [
    {
      table: 'Classification',
      priority: priority.normal,
      match: [inPort(gateway.ofPort)],
      actions: [load(registers.packetSource, packetSource.gateway)],
      goto: 'SpoofGuard',
    },
    {
      table: 'SpoofGuard',
      priority: priority.normal,
      match: [ofFamily('ipv4'), inPort(gateway.ofPort)],
      goto: layout.connectionEntry,
    },
    {
      table: 'SpoofGuard',
      priority: priority.normal,
      match: [ofFamily('ipv6'), inPort(gateway.ofPort)],
      goto: 'IPv6',
    },
    // Ingress policy does not judge what leaves for the host.
    towards(gateway.mac, gateway.ofPort, 'IngressMetric'),
  ];
  for (const address of gateway.addresses) {
    if (address.family === 'ipv4') specs.push(ownArp(gateway.ofPort, address, gateway.mac));
    specs.push({
      table: 'L3Forwarding',
      priority: priority.normal,
      match: [routedPacket, ...toIp(address)],
      actions: [setDestinationMac(gateway.mac)],
      goto: 'L2Forwarding',
    });
  }
  for (const family of profile.families) {
    specs.push({
      // Answers of connections that came in through the gateway go back that way, whatever their destination.
      table: 'L3Forwarding',
      priority: priority.high,
      match: [ctState({ rpl: true, trk: true }), { field: 'ct_mark', value: ctMark.fromGateway }, ofFamily(family)],
      actions: [setDestinationMac(gateway.mac)],
      goto: 'L2Forwarding',
    });
  }
  specs.push(...hostProbeBypass(profile, layout));
  return renderFlows(profile.cookieRound, 'Default', specs);
}

/**
 * The Node's own packets (kubelet probes) reach its Pods past every ingress table. What comes to a Pod through a
 * Service never gets this, also where the host translated it: it may be anybody's.
 */
function hostProbeBypass(profile: NodeProfile, { ingressEntry }: Layout): FlowSpec[] {
  const matches: (readonly FieldMatch[])[] =
    profile.hostSource === 'packetMark'
      ? [[{ field: 'pkt_mark', ...hostLocalPacketMark }]]
      : profile.gateway.addresses.map(fromIp);
  return matches.map((match) => ({
    table: ingressEntry,
    priority: profile.antreaPolicy ? hostProbePriority : priority.guard,
    match: [registerIs(registers.packetSource, packetSource.gateway), notOfService, ...match],
    goto: 'ConntrackCommit',
  }));
}

/** The one bit in which the marks of connections differ. */
const notOfService: FieldMatch = { field: 'ct_mark', value: 0, mask: ctMark.service ^ ctMark.fromGateway };

/** The flow-based tunnel: what comes out of it was checked by the Node that sent it. */
export function tunnelFlows(profile: NodeProfile): Flow[] {
  const { tunnelOfPort } = profile;
  if (tunnelOfPort === undefined) return [];
  return renderFlows(profile.cookieRound, 'Default', [
    {
      table: 'Classification',
      priority: priority.normal,
      match: [inPort(tunnelOfPort)],
      actions: [load(registers.packetSource, packetSource.tunnel), load(registers.rewriteMac, 1)],
      goto: 'ConntrackZone',
    },
    towards(virtualMac, tunnelOfPort, 'IngressMetric'),
  ]);
}

/** How packets for a peer Node's Pods leave this Node. */
export type PeerPath =
  | { readonly kind: 'tunnel'; readonly remote: IpAddress }
  /** Through the gateway; the host's routes know the way. */
  | { readonly kind: 'gateway' }
  /** Out of the uplink to the peer's MAC address, past the host's own stack. */
  | { readonly kind: 'direct'; readonly mac: MacAddress; readonly remote: IpAddress };

export interface PeerNode {
  readonly podCidrs: readonly Cidr[];
  readonly path: PeerPath;
}

/** Another Node: its Pods' destinations and, for IPv4, somebody who answers for its gateway. */
export function peerFlows(profile: NodeProfile, peer: PeerNode): Flow[] {
  if (peer.path.kind === 'direct') return directPeerFlows(profile, { podCidrs: peer.podCidrs, ...peer.path });
  const specs: FlowSpec[] = [];
  for (const cidr of peer.podCidrs) {
    const gateway = gatewayOf(cidr);
    if (gateway.family === 'ipv4') specs.push(arpResponder(gateway));
    const destination = { table: 'L3Forwarding', priority: priority.normal, match: toCidr(cidr) } as const;
    if (peer.path.kind === 'tunnel') {
      specs.push({
        ...destination,
        actions: [
          setSourceMac(profile.gateway.mac),
          setDestinationMac(virtualMac),
          setTunnelDestination(peer.path.remote),
        ],
        goto: 'IPTTLDec',
      });
    } else {
      specs.push({ ...destination, actions: [setDestinationMac(profile.gateway.mac)], goto: 'L2Forwarding' });
    }
  }
  return renderFlows(profile.cookieRound, 'Node', specs);
}
