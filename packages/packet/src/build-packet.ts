import { ipProtocols } from '@antrea-ts/net-types';
import { ByteWriter } from './byte-writer.js';
import type { PseudoHeader } from './checksums.js';
import { PacketError } from './errors.js';
import type { Layer } from './layers.js';
import { buildArp, type Arp } from './layers/arp.js';
import { buildEthernet, buildVlan, type Ethernet, type Vlan } from './layers/ethernet.js';
import { buildIcmpv4, buildIcmpv6, type Icmpv4, type Icmpv6 } from './layers/icmp.js';
import { buildIpv4, type Ipv4 } from './layers/ipv4.js';
import {
  buildIpv6,
  buildIpv6Extension,
  buildIpv6Fragment,
  extensionNumbers,
  type Ipv6,
  type Ipv6Extension,
  type Ipv6Fragment,
} from './layers/ipv6.js';
import { buildNd, type NeighborDiscovery } from './layers/nd.js';
import { buildSctp, type Sctp } from './layers/sctp.js';
import { buildTcp, type Tcp } from './layers/tcp.js';
import { buildUdp, type Udp } from './layers/udp.js';
import { etherTypes, ipv6Extensions } from './numbers.js';

/** A layer of which some fields may be left out. */
type Some<L extends Layer, Required extends keyof L> = Pick<L, Required | 'kind'> & Partial<L>;

/**
 * A layer to be built. What names the next layer (`etherType`, `protocol`, `nextHeader`) follows from that layer
 * unless given; other fields left out are 0 or empty, `ttl` and `hopLimit` 64. A parsed layer is one to be built.
 */
export type BuildLayer =
  | Some<Ethernet, 'destination' | 'source'>
  | Some<Vlan, 'id'>
  | Arp
  | Some<Ipv4, 'source' | 'destination'>
  | Some<Ipv6, 'source' | 'destination'>
  | Some<Ipv6Extension, 'type' | 'data'>
  | Some<Ipv6Fragment, 'identification'>
  | Some<Icmpv4, 'type'>
  | Some<Icmpv6, 'type'>
  | NeighborDiscovery
  | Some<Tcp, 'sourcePort' | 'destinationPort'>
  | Udp
  | Some<Sctp, 'sourcePort' | 'destinationPort'>;

/** What a packet is built from, the outermost layer first. A parsed packet is one of these too. */
export interface PacketParts {
  readonly layers: readonly BuildLayer[];
  readonly payload?: Uint8Array;
}

/**
 * Builds a packet; lengths and checksums are computed. Throws `invalid-field` for a value that does not fit and for
 * a layer whose next layer is neither given nor known. Checksums of a fragment's transport header cover only what is
 * in the packet.
 */
export function buildPacket({ layers, payload = new Uint8Array() }: PacketParts): Uint8Array {
  let bytes = payload;
  for (let index = layers.length - 1; index >= 0; index--) bytes = buildLayer(layers, index, bytes);
  return bytes;
}

function buildLayer(layers: readonly BuildLayer[], index: number, payload: Uint8Array): Uint8Array {
  const layer = layers[index] as BuildLayer;
  const next = layers[index + 1];
  switch (layer.kind) {
    case 'ethernet':
      return join(
        buildEthernet({ ...layer, etherType: layer.etherType ?? etherTypeOf(layer, next, layers[index + 2]) }),
        payload,
      );
    case 'vlan': {
      const etherType = layer.etherType ?? etherTypeOf(layer, next, layers[index + 2]);
      return join(buildVlan({ priority: 0, dropEligible: false, ...layer, etherType }), payload);
    }
    case 'arp':
      return join(buildArp(layer), payload);
    case 'ipv4': {
      const protocol = layer.protocol ?? protocolOf(layer, next);
      return join(buildIpv4({ ...ipv4Defaults, ...layer, protocol }, payload.length), payload);
    }
    case 'ipv6': {
      const nextHeader = layer.nextHeader ?? protocolOf(layer, next);
      return join(buildIpv6({ ...ipv6Defaults, ...layer, nextHeader }, payload.length), payload);
    }
    case 'ipv6_extension':
      return join(buildIpv6Extension({ ...layer, nextHeader: layer.nextHeader ?? protocolOf(layer, next) }), payload);
    case 'ipv6_fragment': {
      const nextHeader = layer.nextHeader ?? protocolOf(layer, next);
      return join(buildIpv6Fragment({ fragmentOffset: 0, moreFragments: false, ...layer, nextHeader }), payload);
    }
    case 'icmpv4':
      return buildIcmpv4({ code: 0, rest: 0, ...layer }, payload);
    case 'icmpv6': {
      const { type, code = 0, rest = 0 } = layer;
      const body = join(new ByteWriter('icmpv6', 4).u32(rest).bytes(), payload);
      return buildIcmpv6({ type, code, body }, pseudoHeader(layers, index, ipProtocols.ICMPv6));
    }
    case 'neighbor_solicitation':
    case 'neighbor_advertisement':
    case 'router_solicitation':
    case 'router_advertisement': {
      const { type, body } = buildNd(layer);
      return buildIcmpv6({ type, code: 0, body: join(body, payload) }, pseudoHeader(layers, index, ipProtocols.ICMPv6));
    }
    case 'tcp':
      return buildTcp({ ...tcpDefaults, ...layer }, payload, pseudoHeader(layers, index, ipProtocols.TCP));
    case 'udp':
      return buildUdp(layer, payload, pseudoHeader(layers, index, ipProtocols.UDP));
    case 'sctp':
      return buildSctp({ verificationTag: 0, ...layer }, payload);
  }
}

const ipv4Defaults = {
  ttl: 64,
  dscp: 0,
  ecn: 0,
  identification: 0,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
  options: new Uint8Array(),
} as const;
const ipv6Defaults = { hopLimit: 64, dscp: 0, ecn: 0, flowLabel: 0 } as const;
const tcpDefaults = { sequence: 0, acknowledgment: 0, flags: 0, window: 0, urgentPointer: 0, options: [] } as const;

function join(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + payload.length);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}

function etherTypeOf(layer: BuildLayer, next?: BuildLayer, afterNext?: BuildLayer): number {
  switch (next?.kind) {
    case 'arp':
      return etherTypes.arp;
    case 'ipv4':
      return etherTypes.ipv4;
    case 'ipv6':
      return etherTypes.ipv6;
    case 'vlan':
      // The outer of two tags is the provider's.
      return afterNext?.kind === 'vlan' ? etherTypes.serviceVlan : etherTypes.vlan;
    default:
      throw unknownNext(layer, next, 'etherType');
  }
}

function protocolOf(layer: BuildLayer, next: BuildLayer | undefined): number {
  switch (next?.kind) {
    case 'icmpv4':
      return ipProtocols.ICMP;
    case 'tcp':
      return ipProtocols.TCP;
    case 'udp':
      return ipProtocols.UDP;
    case 'sctp':
      return ipProtocols.SCTP;
    case 'icmpv6':
    case 'neighbor_solicitation':
    case 'neighbor_advertisement':
    case 'router_solicitation':
    case 'router_advertisement':
      return ipProtocols.ICMPv6;
    case 'ipv6_extension':
      return extensionNumbers[next.type];
    case 'ipv6_fragment':
      return ipv6Extensions.fragment;
    default:
      throw unknownNext(layer, next, layer.kind === 'ipv4' ? 'protocol' : 'nextHeader');
  }
}

function unknownNext(layer: BuildLayer, next: BuildLayer | undefined, field: string): PacketError {
  const follows = next ? `${next.kind} cannot follow` : 'nothing follows';
  return new PacketError('invalid-field', `build ${layer.kind}: ${follows}; give ${field}`);
}

function pseudoHeader(layers: readonly BuildLayer[], index: number, protocol: number): PseudoHeader {
  const ip = layers.slice(0, index).findLast((layer) => layer.kind === 'ipv4' || layer.kind === 'ipv6');
  if (ip) return { source: ip.source, destination: ip.destination, protocol };
  throw new PacketError('invalid-field', `build ${layers[index]?.kind}: its checksum needs an IP layer before it`);
}
