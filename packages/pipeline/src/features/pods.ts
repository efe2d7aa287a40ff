import type { FieldMatch, Flow } from '@antrea-ts/openflow';
import { linkLocalOf, macToNumber, type IpAddress, type Ipv6Address, type MacAddress } from '@antrea-ts/net-types';
import {
  fromIp,
  fromMac,
  inPort,
  likeNeighbourDiscovery,
  neighbourDiscovery,
  priority,
  renderFlows,
  setDestinationMac,
  setSourceMac,
  toIp,
  type FlowSpec,
} from '../flow-builder.js';
import type { NodeProfile } from '../profile.js';
import { load, packetSource, registerIs, registers } from '../registers.js';
import type { Layout } from '../tables.js';
import { normal } from './neighbours.js';
import { ownArp, routedPacket, towards } from './port-flows.js';

/** A Pod of this Node as the pipeline knows it. */
export interface LocalPod {
  readonly ofPort: number;
  readonly mac: MacAddress;
  readonly addresses: readonly IpAddress[];
}

const fromAnyPod: FieldMatch = registerIs(registers.packetSource, packetSource.pod);
const withVlanTag: FieldMatch = { field: 'vlan_tci', value: 0x1000, mask: 0x1000 };

/**
 * What no Pod may send, whatever its address. A match on an IP header looks behind VLAN tags, so tagged packets have to
 * be named; routers and redirects are the Node's to announce; and who announces a neighbour has to own it, see `podFlows`.
 */
export function podGuardFlows(profile: NodeProfile): Flow[] {
  return renderFlows(profile.cookieRound, 'Default', [
    { table: 'SpoofGuard', priority: priority.high, match: [fromAnyPod, withVlanTag] },
    ...(['routerAdvertisement', 'redirect'] as const).map((type): FlowSpec => ({
      table: 'IPv6',
      priority: priority.high,
      match: [fromAnyPod, ...likeNeighbourDiscovery(type)],
    })),
    ...(['solicitation', 'advertisement'] as const).map((type): FlowSpec => ({
      table: 'IPv6',
      priority: priority.guard,
      match: [fromAnyPod, ...likeNeighbourDiscovery(type)],
    })),
  ]);
}

/** A local Pod's port: only its own addresses come out of it, and only packets for them go in. */
export function podFlows(profile: NodeProfile, layout: Layout, pod: LocalPod): Flow[] {
  const specs: FlowSpec[] = [
    {
      table: 'Classification',
      priority: priority.low,
      match: [inPort(pod.ofPort)],
      actions: [load(registers.packetSource, packetSource.pod)],
      goto: 'SpoofGuard',
    },
    towards(pod.mac, pod.ofPort, layout.ingressEntry),
  ];
  const arpAddress = pod.addresses.find((address) => address.family === 'ipv4');
  if (arpAddress) specs.push(ownArp(pod.ofPort, arpAddress, pod.mac));
  for (const address of pod.addresses) {
    specs.push(
      {
        table: 'SpoofGuard',
        priority: priority.normal,
        match: [inPort(pod.ofPort), fromMac(pod.mac), ...fromIp(address)],
        goto: address.family === 'ipv4' ? layout.connectionEntry : 'IPv6',
      },
      {
        table: 'L3Forwarding',
        priority: priority.normal,
        match: [routedPacket, ...toIp(address)],
        actions: [setSourceMac(profile.gateway.mac), setDestinationMac(pod.mac)],
        goto: 'IPTTLDec',
      },
    );
    if (profile.mode === 'networkPolicyOnly') {
      specs.push({
        table: 'L3Forwarding',
        priority: priority.normal,
        match: toIp(address),
        actions: [setDestinationMac(pod.mac)],
        goto: 'IPTTLDec',
      });
    }
  }
  const ipv6 = pod.addresses.filter((address) => address.family === 'ipv6');
  if (ipv6.length > 0) specs.push(...ownNeighbourDiscovery(pod, ipv6));
  return renderFlows(profile.cookieRound, 'Pod', specs);
}

/**
 * Neighbour discovery that a Pod may send: solicitations with its own MAC address in them, advertisements of its own
 * addresses with its own MAC address. Its link-local address is the one that its MAC address gives.
 */
function ownNeighbourDiscovery(pod: LocalPod, addresses: readonly Ipv6Address[]): FlowSpec[] {
  const linkLocal = linkLocalOf(pod.mac);
  const mac = macToNumber(pod.mac);
  const own = { table: 'IPv6', priority: priority.high, actions: normal } as const;
  return [
    {
      table: 'SpoofGuard',
      priority: priority.normal,
      match: [inPort(pod.ofPort), fromMac(pod.mac), ...fromIp(linkLocal)],
      goto: 'IPv6',
    },
    {
      ...own,
      match: [inPort(pod.ofPort), ...neighbourDiscovery('solicitation'), { field: 'nd_sll', value: mac }],
    },
    ...[linkLocal, ...addresses].map((address) => ({
      ...own,
      match: [
        inPort(pod.ofPort),
        ...neighbourDiscovery('advertisement'),
        { field: 'nd_target', value: address.value },
        { field: 'nd_tll', value: mac },
      ],
    })),
  ];
}
