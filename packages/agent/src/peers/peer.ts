import {
  macAddressAnnotation,
  nodeAddresses,
  podCidrsOf,
  transportAddressesAnnotation,
  type Node,
} from '@antrea-ts/apis';
import type { PeerRoute } from '@antrea-ts/host';
import {
  cidrContains,
  gatewayOf,
  networkOf,
  tryParseIp,
  type Cidr,
  type InterfaceAddress,
  tryParseMac,
  type IpAddress,
  type MacAddress,
} from '@antrea-ts/net-types';
import { virtualMac, type PeerNode, type TrafficMode } from '@antrea-ts/pipeline';

/** Another Node, as far as its Pods' traffic goes. */
export interface Peer {
  readonly name: string;
  readonly podCidrs: readonly Cidr[];
  readonly transportAddresses: readonly IpAddress[];
  /** MAC address of its transport interface, where it tells. */
  readonly mac?: MacAddress;
}

/** Reads a peer from its Node object; `undefined` while it has no Pod CIDR or address. */
export function peerOf(node: Node, options: { readonly useTransportAnnotation: boolean }): Peer | undefined {
  const podCidrs = podCidrsOf(node);
  const annotated = options.useTransportAnnotation ? annotatedAddresses(node) : [];
  const transportAddresses = annotated.length > 0 ? annotated : nodeAddresses(node);
  if (podCidrs.length === 0 || transportAddresses.length === 0) return undefined;
  const mac = tryParseMac(node.metadata.annotations?.[macAddressAnnotation] ?? '');
  return { name: node.metadata.name, podCidrs, transportAddresses, ...(mac ? { mac } : {}) };
}

function annotatedAddresses(node: Node): IpAddress[] {
  const text = node.metadata.annotations?.[transportAddressesAnnotation] ?? '';
  return text.split(',').flatMap((address) => tryParseIp(address.trim()) ?? []);
}

/** What this Node must know to choose the way to a peer. */
export interface PeerContext {
  readonly mode: TrafficMode;
  readonly gatewayName: string;
  /** This Node's transport addresses, with their subnets. */
  readonly transportAddresses: readonly InterfaceAddress[];
  readonly transportInterface: string;
  /** The transport interface is a port of the bridge: peers in its subnet can be sent to by their MAC address. */
  readonly hasUplink?: boolean;
}

/** The peer's transport address that this Node can send to: of a family both have, IPv4 first. */
function remoteAddress(peer: Peer, context: PeerContext): IpAddress | undefined {
  const families = context.transportAddresses.map(({ address }) => address.family);
  return (['ipv4', 'ipv6'] as const)
    .filter((family) => families.includes(family))
    .map((family) => peer.transportAddresses.find((address) => address.family === family))
    .find((address) => address !== undefined);
}

function inTransportSubnet(address: IpAddress, { transportAddresses }: PeerContext): boolean {
  return transportAddresses.some((own) => cidrContains(networkOf(own), address));
}

/** How packets for a peer's Pods leave: flows of the pipeline and routes of the host, from one decision. */
export interface PeerPlan {
  readonly flows: PeerNode;
  readonly routes: readonly PeerRoute[];
}

/** The way to a peer by mode (datapath: encap tunnels, noEncap routes, hybrid tunnels between subnets). */
export function planPeer(peer: Peer, context: PeerContext): PeerPlan | undefined {
  const remote = remoteAddress(peer, context);
  if (!remote) return undefined;
  const direct = inTransportSubnet(remote, context);
  const tunnel = context.mode === 'encap' || (context.mode === 'hybrid' && !direct);
  if (tunnel) {
    return {
      flows: { podCidrs: peer.podCidrs, path: { kind: 'tunnel', remote } },
      routes: peer.podCidrs.map((cidr) => tunnelRoute(cidr, context)),
    };
  }
  // Until the peer has told its MAC address, its Pods are reached through the host.
  const { mac } = peer;
  return {
    flows: {
      podCidrs: peer.podCidrs,
      path: context.hasUplink && direct && mac ? { kind: 'direct', mac, remote } : { kind: 'gateway' },
    },
    routes: direct ? peer.podCidrs.flatMap((cidr) => directRoute(cidr, peer, context)) : [],
  };
}

/** The host reaches the peer's Pods through the bridge, with the peer's gateway as next hop. */
function tunnelRoute(destination: Cidr, { gatewayName }: PeerContext): PeerRoute {
  const via = gatewayOf(destination);
  return {
    destination,
    interfaceName: gatewayName,
    via,
    onLink: true,
    // ARP is answered in the pipeline; for IPv6 nobody answers, so the host must know.
    ...(via.family === 'ipv6' ? { neighbour: virtualMac } : {}),
  };
}

function directRoute(destination: Cidr, peer: Peer, context: PeerContext): PeerRoute[] {
  const via = peer.transportAddresses.find((address) => address.family === destination.address.family);
  return via ? [{ destination, interfaceName: context.transportInterface, via }] : [];
}
