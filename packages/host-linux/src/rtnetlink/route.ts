import { formatCidr, formatIp, type Cidr, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import { ip, u32 } from '../netlink/attribute-codec.js';
import { decodeAttributes, encodeAttributes } from '../netlink/attribute-table.js';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import { messageFlag, type NetlinkMessage } from '../netlink/message.js';
import { nothing, type NetlinkRequest } from '../netlink/request.js';
import { addressFamily, routeMessage } from './message-type.js';
import { concat } from './payload.js';

/** A route. */
export interface Route {
  readonly destination: Cidr;
  /** Absent for routes with several next hops, which are never ours. */
  readonly linkIndex?: number;
  readonly via?: IpAddress;
  /** The next hop is taken to be on the link, whatever the addresses say. */
  readonly onLink?: boolean;
  readonly source?: IpAddress;
  readonly table: number;
  readonly protocol: number;
  readonly priority?: number;
  /** Type of a route that leads nowhere or is the kernel's own (6 is a blackhole); absent: unicast. */
  readonly special?: number;
}

export const mainTable = 254;

const routeAttributes = {
  destination: [1, ip],
  linkIndex: [4, u32],
  via: [5, ip],
  priority: [6, u32],
  source: [7, ip],
  table: [15, u32],
} as const;

const headerLength = 12;
const unicast = 1;
const onLinkFlag = 4;
/** A member of the kernel's route cache, not a route. */
const clonedFlag = 0x200;
const scope = { universe: 0, link: 253, nowhere: 255 } as const;

interface HeaderFields {
  readonly family: number;
  readonly prefixLength?: number;
  readonly table?: number;
  readonly protocol?: number;
  readonly scope?: number;
  readonly type?: number;
  readonly flags?: number;
}

/** `struct rtmsg` */
function header(fields: HeaderFields): Uint8Array {
  const { family, prefixLength = 0, table = 0, protocol = 0, type = 0, flags = 0 } = fields;
  // The table is an attribute too, which holds more than eight bits.
  const bytes = Uint8Array.of(
    family,
    prefixLength,
    0,
    0,
    table > 255 ? 0 : table,
    protocol,
    fields.scope ?? scope.universe,
    type,
    0,
    0,
    0,
    0,
  );
  viewOf(bytes).setUint32(8, flags, hostIsLittleEndian);
  return bytes;
}

function readRoute({ type, payload }: NetlinkMessage): Route | undefined {
  if (type !== routeMessage.newRoute || payload.length < headerLength) return undefined;
  const view = viewOf(payload);
  const flags = view.getUint32(8, hostIsLittleEndian);
  if ((flags & clonedFlag) !== 0) return undefined;
  const routeType = view.getUint8(7);
  const values = decodeAttributes(routeAttributes, payload.subarray(headerLength));
  const { linkIndex, via, source, priority } = values;
  return {
    destination: {
      address: values.destination ?? zeroAddress(view.getUint8(0)),
      prefixLength: view.getUint8(1),
    },
    table: values.table ?? view.getUint8(4),
    protocol: view.getUint8(5),
    ...(routeType === unicast ? {} : { special: routeType }),
    ...((flags & onLinkFlag) === 0 ? {} : { onLink: true }),
    ...(linkIndex === undefined ? {} : { linkIndex }),
    ...(via === undefined ? {} : { via }),
    ...(source === undefined ? {} : { source }),
    ...(priority === undefined ? {} : { priority }),
  };
}

function zeroAddress(family: number): IpAddress {
  return family === addressFamily.ipv4 ? { family: 'ipv4', value: 0 } : { family: 'ipv6', value: 0n };
}

/** Unicast routes of one family, of all tables. */
export function listRoutes(family: IpFamily): NetlinkRequest<readonly Route[]> {
  const request = listAllRoutes(family);
  return { ...request, read: (messages) => request.read(messages).filter(({ special }) => special === undefined) };
}

/** Routes of every type of one family, of all tables. */
export function listAllRoutes(family: IpFamily): NetlinkRequest<readonly Route[]> {
  return {
    operation: `list ${family} routes`,
    type: routeMessage.getRoute,
    flags: messageFlag.dump,
    payload: header({ family: addressFamily[family] }),
    read: (messages) => messages.map(readRoute).filter((route) => route !== undefined),
  };
}

/** `create` fails with EEXIST where a route to the same destination and of the same priority is. */
export function addRoute(route: Route, how: 'create' | 'replace'): NetlinkRequest<void> {
  const { destination, via, table, protocol, onLink, linkIndex, source, priority } = route;
  const { family } = destination.address;
  return {
    operation: `add route ${describeRoute(route)}`,
    type: routeMessage.newRoute,
    flags: messageFlag.create | (how === 'replace' ? messageFlag.replace : messageFlag.excl),
    payload: concat(
      header({
        family: addressFamily[family],
        prefixLength: destination.prefixLength,
        table,
        protocol,
        scope: via === undefined && family === 'ipv4' ? scope.link : scope.universe,
        type: unicast,
        flags: onLink ? onLinkFlag : 0,
      }),
      encodeAttributes(routeAttributes, {
        destination: destination.address,
        table,
        ...(linkIndex === undefined ? {} : { linkIndex }),
        ...(via === undefined ? {} : { via }),
        ...(source === undefined ? {} : { source }),
        ...(priority === undefined ? {} : { priority }),
      }),
    ),
    read: nothing,
  };
}

/** Deletes a route to this destination that has this protocol number; ESRCH when there is none. */
export function deleteRoute(
  route: Pick<Route, 'destination' | 'table' | 'protocol' | 'linkIndex' | 'priority'>,
): NetlinkRequest<void> {
  const { destination, table, protocol, linkIndex, priority } = route;
  return {
    operation: `delete route ${formatCidr(destination)}`,
    type: routeMessage.delRoute,
    flags: 0,
    payload: concat(
      header({
        family: addressFamily[destination.address.family],
        prefixLength: destination.prefixLength,
        table,
        protocol,
        scope: scope.nowhere,
      }),
      encodeAttributes(routeAttributes, {
        destination: destination.address,
        table,
        ...(linkIndex === undefined ? {} : { linkIndex }),
        ...(priority === undefined ? {} : { priority }),
      }),
    ),
    read: nothing,
  };
}

export function describeRoute({ destination, via }: Pick<Route, 'destination' | 'via'>): string {
  return via === undefined ? formatCidr(destination) : `${formatCidr(destination)} via ${formatIp(via)}`;
}
