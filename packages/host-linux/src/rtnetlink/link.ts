import { macFromBytes, macToBytes, type MacAddress } from '@antrea-ts/net-types';
import { raw, s32, string, u32 } from '../netlink/attribute-codec.js';
import { decodeAttributes, encodeAttributes, nested, type AttributeValues } from '../netlink/attribute-table.js';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import { messageFlag, type NetlinkMessage } from '../netlink/message.js';
import { nothing, type NetlinkRequest } from '../netlink/request.js';
import { routeMessage } from './message-type.js';
import { concat } from './payload.js';

/** A network interface as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** Hardware type: 1 is Ethernet, 772 loopback. */
  readonly hardware: number;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac?: MacAddress;
  readonly alias?: string;
  /** `veth`, `bridge`, ...; absent for plain devices. */
  readonly kind?: string;
  /** Index of the other end (veth) or of the lower device. */
  readonly peerIndex?: number;
  /** Index of the bridge or switch that this is a port of. */
  readonly masterIndex?: number;
  /** Id, in this namespace, of the namespace that the other end is in; absent when it is this one. */
  readonly peerNetnsId?: number;
}

const infoAttributes = { kind: [1, string], data: [2, raw] } as const;
const vethAttributes = { peer: [1, raw] } as const;

const linkAttributes = {
  address: [1, raw],
  name: [3, string],
  mtu: [4, u32],
  link: [5, u32],
  master: [10, u32],
  info: [18, nested(infoAttributes)],
  netnsFd: [28, u32],
  alias: [20, string],
  linkNetnsId: [37, s32],
} as const;

type LinkAttributeValues = AttributeValues<typeof linkAttributes>;

const headerLength = 16;
const flagUp = 1;

/** `struct ifinfomsg` */
function header(fields: { index?: number; flags?: number; change?: number } = {}): Uint8Array {
  const bytes = new Uint8Array(headerLength);
  const view = viewOf(bytes);
  view.setInt32(4, fields.index ?? 0, hostIsLittleEndian);
  view.setUint32(8, fields.flags ?? 0, hostIsLittleEndian);
  view.setUint32(12, fields.change ?? 0, hostIsLittleEndian);
  return bytes;
}

function attributes(values: LinkAttributeValues): Uint8Array {
  return encodeAttributes(linkAttributes, values);
}

export function readLink(message: NetlinkMessage): Link | undefined {
  if (message.type !== routeMessage.newLink || message.payload.length < headerLength) return undefined;
  const view = viewOf(message.payload);
  const values = decodeAttributes(linkAttributes, message.payload.subarray(headerLength));
  const { address, alias, link, linkNetnsId, info, master } = values;
  return {
    index: view.getInt32(4, hostIsLittleEndian),
    name: values.name ?? '',
    hardware: view.getUint16(2, hostIsLittleEndian),
    up: (view.getUint32(8, hostIsLittleEndian) & flagUp) !== 0,
    mtu: values.mtu ?? 0,
    ...(address?.length === 6 ? { mac: macFromBytes(address) } : {}),
    ...(alias === undefined ? {} : { alias }),
    ...(info?.kind === undefined ? {} : { kind: info.kind }),
    ...(link === undefined ? {} : { peerIndex: link }),
    ...(master === undefined ? {} : { masterIndex: master }),
    ...(linkNetnsId === undefined ? {} : { peerNetnsId: linkNetnsId }),
  };
}

const readLinks = (messages: readonly NetlinkMessage[]): readonly Link[] =>
  messages.map(readLink).filter((link) => link !== undefined);

export function listLinks(): NetlinkRequest<readonly Link[]> {
  return {
    operation: 'list links',
    type: routeMessage.getLink,
    flags: messageFlag.dump,
    payload: concat(header()),
    read: readLinks,
  };
}

/** Fails with ENODEV when there is none. */
export function getLink(name: string): NetlinkRequest<Link> {
  return {
    operation: `get link ${name}`,
    type: routeMessage.getLink,
    flags: 0,
    payload: concat(header(), attributes({ name })),
    read: (messages) => readLinks(messages)[0] as Link,
  };
}

export interface VethPair {
  readonly name: string;
  readonly mac: MacAddress;
  readonly mtu: number;
  readonly peer: {
    readonly name: string;
    readonly mac: MacAddress;
    /** Open file of the namespace in which the peer is born. */
    readonly netnsFd: number;
  };
}

/**
 * A veth pair with one end here and the other born in another namespace. The MAC addresses are given, not left to the
 * kernel: one that the kernel made up may be changed by udev when it hears of the interface.
 */
export function createVethPair({ name, mac, mtu, peer }: VethPair): NetlinkRequest<void> {
  const peerInfo = concat(
    header(),
    attributes({ name: peer.name, mtu, address: macToBytes(peer.mac), netnsFd: peer.netnsFd }),
  );
  const data = encodeAttributes(vethAttributes, { peer: peerInfo });
  return {
    operation: `create veth pair ${name} and ${peer.name}`,
    type: routeMessage.newLink,
    flags: messageFlag.create | messageFlag.excl,
    payload: concat(header(), attributes({ name, mtu, address: macToBytes(mac), info: { kind: 'veth', data } })),
    read: nothing,
  };
}

/** A link of a kind that needs no parameters (`dummy`, `bridge`, `ifb`). */
export function createLink(name: string, kind: string): NetlinkRequest<void> {
  return {
    operation: `create ${kind} link ${name}`,
    type: routeMessage.newLink,
    flags: messageFlag.create | messageFlag.excl,
    payload: concat(header(), attributes({ name, info: { kind } })),
    read: nothing,
  };
}

export interface LinkChange {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly name?: string;
  readonly mac?: MacAddress;
  readonly alias?: string;
}

/** Changes a link by index. A new name needs the link to be down on older kernels. */
export function setLink(index: number, change: LinkChange, what: string): NetlinkRequest<void> {
  const { up, mac, ...rest } = change;
  const flags = up === undefined ? {} : { flags: up ? flagUp : 0, change: flagUp };
  return {
    operation: `change link ${what}`,
    type: routeMessage.setLink,
    flags: 0,
    payload: concat(header({ index, ...flags }), attributes({ ...rest, ...(mac ? { address: macToBytes(mac) } : {}) })),
    read: nothing,
  };
}

export function deleteLink(index: number, what: string): NetlinkRequest<void> {
  return {
    operation: `delete link ${what}`,
    type: routeMessage.delLink,
    flags: 0,
    payload: header({ index }),
    read: nothing,
  };
}
