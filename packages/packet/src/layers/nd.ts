import { ipFromBytes, ipToBytes, type Ipv6Address } from '@antrea-ts/net-types';
import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { icmpv6Types } from '../numbers.js';
import { buildNdOptions, parseNdOptions, type NdOption } from './nd-options.js';

/** Asks who has an IPv6 address (RFC 4861, 4.3). */
export interface NeighborSolicitation {
  readonly kind: 'neighbor_solicitation';
  readonly target: Ipv6Address;
  readonly options: readonly NdOption[];
}

/** Says who has an IPv6 address (RFC 4861, 4.4). */
export interface NeighborAdvertisement {
  readonly kind: 'neighbor_advertisement';
  readonly target: Ipv6Address;
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly options: readonly NdOption[];
}

/** Asks for routers (RFC 4861, 4.1). */
export interface RouterSolicitation {
  readonly kind: 'router_solicitation';
  readonly options: readonly NdOption[];
}

/** A router presents itself (RFC 4861, 4.2). */
export interface RouterAdvertisement {
  readonly kind: 'router_advertisement';
  /** Hop limit that hosts shall use; 0: not said. */
  readonly hopLimit: number;
  readonly managed: boolean;
  readonly otherConfiguration: boolean;
  /** In seconds; 0: not a default router. */
  readonly lifetime: number;
  /** In milliseconds; 0: not said. */
  readonly reachableTime: number;
  readonly retransmitTimer: number;
  readonly options: readonly NdOption[];
}

export type NeighborDiscovery = NeighborSolicitation | NeighborAdvertisement | RouterSolicitation | RouterAdvertisement;

/** Reads what follows the checksum; undefined where the type is not of neighbour discovery. */
export function parseNd(type: number, reader: ByteReader): NeighborDiscovery | undefined {
  switch (type) {
    case icmpv6Types.neighborSolicitation:
      reader.u32();
      return { kind: 'neighbor_solicitation', target: target(reader), options: parseNdOptions(reader) };
    case icmpv6Types.neighborAdvertisement: {
      const flags = reader.u32();
      return {
        kind: 'neighbor_advertisement',
        target: target(reader),
        router: flags >>> 31 === 1,
        solicited: ((flags >>> 30) & 1) === 1,
        override: ((flags >>> 29) & 1) === 1,
        options: parseNdOptions(reader),
      };
    }
    case icmpv6Types.routerSolicitation:
      reader.u32();
      return { kind: 'router_solicitation', options: parseNdOptions(reader) };
    case icmpv6Types.routerAdvertisement:
      return parseRouterAdvertisement(reader);
    default:
      return undefined;
  }
}

function target(reader: ByteReader): Ipv6Address {
  return ipFromBytes(reader.take(16)) as Ipv6Address;
}

function parseRouterAdvertisement(reader: ByteReader): RouterAdvertisement {
  const hopLimit = reader.u8();
  const flags = reader.u8();
  return {
    kind: 'router_advertisement',
    hopLimit,
    managed: (flags & 0x80) !== 0,
    otherConfiguration: (flags & 0x40) !== 0,
    lifetime: reader.u16(),
    reachableTime: reader.u32(),
    retransmitTimer: reader.u32(),
    options: parseNdOptions(reader),
  };
}

/** Type and what follows the checksum. */
export function buildNd(layer: NeighborDiscovery): { readonly type: number; readonly body: Uint8Array } {
  const writer = new ByteWriter(layer.kind, 64);
  const type = writeFixedPart(writer, layer);
  buildNdOptions(writer, layer.options);
  return { type, body: writer.bytes() };
}

function writeFixedPart(writer: ByteWriter, layer: NeighborDiscovery): number {
  switch (layer.kind) {
    case 'neighbor_solicitation':
      writer.u32(0).put(ipToBytes(layer.target));
      return icmpv6Types.neighborSolicitation;
    case 'neighbor_advertisement': {
      const flags = (layer.router ? 0x80 : 0) | (layer.solicited ? 0x40 : 0) | (layer.override ? 0x20 : 0);
      writer.u8(flags).zeros(3).put(ipToBytes(layer.target));
      return icmpv6Types.neighborAdvertisement;
    }
    case 'router_solicitation':
      writer.u32(0);
      return icmpv6Types.routerSolicitation;
    case 'router_advertisement':
      writer.u8(layer.hopLimit).u8((layer.managed ? 0x80 : 0) | (layer.otherConfiguration ? 0x40 : 0));
      writer.u16(layer.lifetime).u32(layer.reachableTime).u32(layer.retransmitTimer);
      return icmpv6Types.routerAdvertisement;
  }
}
