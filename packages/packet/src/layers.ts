import type { Arp } from './layers/arp.js';
import type { Ethernet, Vlan } from './layers/ethernet.js';
import type { Icmpv4, Icmpv6 } from './layers/icmp.js';
import type { Ipv4 } from './layers/ipv4.js';
import type { Ipv6, Ipv6Extension, Ipv6Fragment } from './layers/ipv6.js';
import type { NeighborDiscovery } from './layers/nd.js';
import type { Sctp } from './layers/sctp.js';
import type { Tcp } from './layers/tcp.js';
import type { Udp } from './layers/udp.js';

/** One header of a packet; tell them apart by `kind`. */
export type Layer =
  | Ethernet
  | Vlan
  | Arp
  | Ipv4
  | Ipv6
  | Ipv6Extension
  | Ipv6Fragment
  | Icmpv4
  | Icmpv6
  | NeighborDiscovery
  | Tcp
  | Udp
  | Sctp;

export type LayerKind = Layer['kind'];

/** The layer of a kind. */
export type LayerOf<K extends LayerKind> = Extract<Layer, { readonly kind: K }>;

/** Where reading ended before the innermost header that we know, and why. */
export interface Stop {
  /**
   * `truncated`: the bytes end before the header or the stated length does; `malformed`: the header contradicts
   * itself; `fragment`: what follows is the middle of a packet and has no header.
   */
  readonly reason: 'truncated' | 'malformed' | 'fragment';
  readonly layer: LayerKind;
  /** Offset of that layer in the bytes; for `fragment` and a payload cut short, of the payload. */
  readonly offset: number;
  readonly message: string;
}

/** A packet taken apart, the outermost layer first. */
export interface Packet {
  readonly layers: readonly Layer[];
  /** Offset of each layer in the bytes. */
  readonly offsets: readonly number[];
  /** What follows the last layer, up to the end that IP states: a view of the bytes, not a copy. */
  readonly payload: Uint8Array;
  /** Absent when all was read. */
  readonly stop?: Stop;
}

/** The first layer of a kind. */
export function layerOf<K extends LayerKind>(packet: Pick<Packet, 'layers'>, kind: K): LayerOf<K> | undefined {
  return packet.layers.find((layer) => layer.kind === kind) as LayerOf<K> | undefined;
}

/** The outermost IP layer. */
export function ipLayerOf(packet: Pick<Packet, 'layers'>): Ipv4 | Ipv6 | undefined {
  return packet.layers.find((layer) => layer.kind === 'ipv4' || layer.kind === 'ipv6');
}
