import { formatCidr, formatIp, ipEquals, type Cidr, type IpAddress } from '@antrea-ts/net-types';
import { HostError, type PeerRoute } from '@antrea-ts/host';
import type { AsyncNetlink } from '../netlink/async-netlink.js';
import { routeProtocol } from '../rtnetlink/message-type.js';
import { deleteNeighbour, setNeighbour } from '../rtnetlink/neighbour.js';
import { addRoute, deleteRoute, mainTable, type Route } from '../rtnetlink/route.js';
import { isSystemError } from '../system-error.js';
import { translateError } from '../translate-error.js';

export type LinkIndexes = ReadonlyMap<string, number>;

export interface RouteContext {
  readonly netlink: AsyncNetlink;
  readonly links: LinkIndexes;
  readonly signal: AbortSignal;
  /** Routes of someone else, by destination; looked up when first asked for. */
  readonly foreign: () => Promise<ReadonlyMap<string, Route>>;
  /** Whether a route to this destination was there as ours: what is there now instead was made so by hand. */
  readonly isOurs: (destination: Cidr) => boolean;
  /** How many of our routes have a next hop, by `neighbourKey`; looked up when first asked for, and kept right. */
  readonly nextHops: () => Promise<Map<string, number>>;
}

export function neighbourKey(linkIndex: number | undefined, address: IpAddress): string {
  return `${linkIndex} ${formatIp(address)}`;
}

const ours = { table: mainTable, protocol: routeProtocol.antrea };

/** Adds the route, or changes ours to the same destination. A route of someone else is left and reported. */
export async function putPeerRoute(context: RouteContext, desired: PeerRoute, observed?: PeerRoute): Promise<void> {
  const operation = `install route ${formatCidr(desired.destination)}`;
  try {
    const linkIndex = context.links.get(desired.interfaceName);
    if (linkIndex === undefined) {
      throw new HostError('interface-missing', `${operation}: interface ${desired.interfaceName} does not exist`);
    }
    await put(context, toRoute(desired, linkIndex), operation);
    if (desired.via !== undefined && desired.neighbour !== undefined) {
      await context.netlink.request(setNeighbour(linkIndex, desired.via, desired.neighbour), context);
    }
    if (observed !== undefined) await dropFormerNeighbour(context, observed, desired);
  } catch (error) {
    throw translateError(operation, error);
  }
}

/** Removes neighbour and route, in this order: what is left after a crash in between is still found by the route. */
export async function removePeerRoute(context: RouteContext, route: PeerRoute): Promise<void> {
  try {
    await removeNeighbour(context, route);
    await ignoring(['ESRCH', 'ENODEV'], context.netlink.request(deleteRoute(found(route)), context));
  } catch (error) {
    throw translateError(`remove route ${formatCidr(route.destination)}`, error);
  }
}

/** What names a route of ours to the kernel, also where another version made it. */
function found({ destination, elsewhere }: PeerRoute): Parameters<typeof deleteRoute>[0] {
  const { table = mainTable, metric } = elsewhere ?? {};
  return { ...ours, destination, table, ...(metric === undefined ? {} : { priority: metric }) };
}

async function put(context: RouteContext, route: Route, operation: string): Promise<void> {
  try {
    await context.netlink.request(addRoute(route, 'create'), context);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    // `replace` would take whatever route is there: only ours may be replaced, and one that Antrea 1.3 made.
    const foreign = (await context.foreign()).get(formatCidr(route.destination));
    if (foreign !== undefined && !isOfAntrea(foreign, route, context.isOurs(route.destination))) {
      throw new HostError(
        'foreign-state',
        `${operation}: another program has a route to this destination; remove it, or keep it out of the Pod CIDRs`,
        { cause: error },
      );
    }
    await context.netlink.request(addRoute(route, 'replace'), context);
  }
}

/**
 * Antrea 1.3 marks its routes with no number of its own: one that is as wanted but for the number is taken over. So is what
 * a hand made of ours.
 */
function isOfAntrea(foreign: Route, wanted: Route, wasOurs: boolean): boolean {
  if (foreign.protocol !== routeProtocol.boot) return false;
  if (wasOurs) return true;
  const isSameVia =
    foreign.via === undefined || wanted.via === undefined
      ? foreign.via === wanted.via
      : ipEquals(foreign.via, wanted.via);
  return foreign.linkIndex === wanted.linkIndex && isSameVia;
}

function toRoute({ destination, via, onLink, source }: PeerRoute, linkIndex: number): Route {
  return {
    ...ours,
    destination,
    linkIndex,
    ...(via === undefined ? {} : { via }),
    ...(onLink === true ? { onLink } : {}),
    ...(source === undefined ? {} : { source }),
  };
}

async function dropFormerNeighbour(context: RouteContext, observed: PeerRoute, desired: PeerRoute): Promise<void> {
  const kept =
    desired.neighbour !== undefined &&
    desired.via !== undefined &&
    observed.via !== undefined &&
    ipEquals(observed.via, desired.via) &&
    observed.interfaceName === desired.interfaceName;
  if (!kept) await removeNeighbour(context, observed);
}

async function removeNeighbour(context: RouteContext, { interfaceName, via, neighbour }: PeerRoute): Promise<void> {
  const linkIndex = context.links.get(interfaceName);
  if (linkIndex === undefined || via === undefined || neighbour === undefined) return;
  // Routes may share their next hop: the last one takes it along.
  const nextHops = await context.nextHops();
  const key = neighbourKey(linkIndex, via);
  const others = (nextHops.get(key) ?? 1) - 1;
  nextHops.set(key, others);
  if (others > 0) return;
  await ignoring(['ENOENT', 'ENODEV'], context.netlink.request(deleteNeighbour(linkIndex, via), context));
}

async function ignoring(codes: readonly string[], request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isSystemError(error, ...codes)) throw error;
  }
}
