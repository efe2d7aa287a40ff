import { formatCidr, type IpFamily } from '@antrea-ts/net-types';
import { peerRouteKey, type PeerRoute } from '@antrea-ts/host';
import type { Driver, Outcome } from '@antrea-ts/reconcile';
import type { AsyncNetlink } from '../netlink/async-netlink.js';
import { listLinks } from '../rtnetlink/link.js';
import { routeProtocol } from '../rtnetlink/message-type.js';
import { listNeighbours } from '../rtnetlink/neighbour.js';
import { listAllRoutes, mainTable, type Route } from '../rtnetlink/route.js';
import {
  neighbourKey,
  putPeerRoute,
  removePeerRoute,
  type LinkIndexes,
  type RouteContext,
} from './change-peer-route.js';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/**
 * Routes with our protocol number, each with the permanent neighbour entry of its next hop. A route and its neighbour are
 * one thing here: when either is lost, the item differs and is put in order. What we make is in the main table with the
 * usual metric; what is found elsewhere another version left, and has a key that nobody asks for.
 *
 * A route that was there as ours and is now without our number, but with that of `ip route`, is ours, altered by hand.
 */
export function createPeerRoutes(openNode: () => AsyncNetlink): Driver<string, PeerRoute> {
  /** Keys of routes that were there as ours. */
  const known = new Set<string>();
  return {
    async observe({ signal }) {
      const netlink = openNode();
      const names = new Map((await netlink.request(listLinks(), { signal })).map(({ index, name }) => [index, name]));
      const observed = new Map<string, PeerRoute>();
      for (const family of families) {
        const all = await netlink.request(listAllRoutes(family), { signal });
        for (const { destination } of all.filter(isOurs).filter(inMainTable)) known.add(peerRouteKey({ destination }));
        const routes = all.filter((route) => isOurs(route) || (isByHand(route) && known.has(peerRouteKey(route))));
        if (routes.length === 0) continue;
        const neighbours = new Map(
          (await netlink.request(listNeighbours(family), { signal }))
            .filter(({ permanent }) => permanent)
            .map(({ linkIndex, address, mac }) => [neighbourKey(linkIndex, address), mac]),
        );
        for (const route of routes) {
          const mac = route.via && neighbours.get(neighbourKey(route.linkIndex, route.via));
          const peerRoute = toPeerRoute(route, names.get(route.linkIndex ?? 0), mac);
          const key = peerRouteKey(peerRoute);
          // Where both are, by different metrics, ours is as it was.
          if (isOurs(route) || !observed.has(key)) observed.set(key, peerRoute);
        }
      }
      return observed;
    },

    async apply(plan, { signal }) {
      const netlink = openNode();
      const links: LinkIndexes = new Map(
        (await netlink.request(listLinks(), { signal })).map(({ index, name }) => [name, index]),
      );
      const outcomes: Outcome<string>[] = [];
      const attempt = async (key: string, step: () => Promise<void>) => {
        signal.throwIfAborted();
        try {
          await step();
          outcomes.push({ key, ok: true });
          if (!plan.remove.has(key)) known.add(key);
        } catch (error) {
          outcomes.push({ key, ok: false, error: error as Error });
        }
      };
      const context: RouteContext = {
        netlink,
        links,
        signal,
        foreign: once(() => foreignRoutes(netlink, signal)),
        isOurs: (destination) => known.has(peerRouteKey({ destination })),
        nextHops: once(() => countNextHops(netlink, signal)),
      };
      // A next hop may be reachable only by another route of the plan: those on the link come first and go last.
      for (const [key, route] of nextHopsFirst(plan.remove, (value) => value)) {
        known.delete(key);
        await attempt(key, () => removePeerRoute(context, route));
      }
      for (const [key, { observed, desired }] of nextHopsLast(plan.update, (value) => value.desired)) {
        await attempt(key, () => putPeerRoute(context, desired, observed));
      }
      for (const [key, route] of nextHopsLast(plan.create, (value) => value)) {
        await attempt(key, () => putPeerRoute(context, route));
      }
      return outcomes;
    },
  };
}

/** Routes of someone else in the main table, by destination. */
async function foreignRoutes(netlink: AsyncNetlink, signal: AbortSignal): Promise<ReadonlyMap<string, Route>> {
  const found = new Map<string, Route>();
  for (const family of families) {
    for (const route of await netlink.request(listAllRoutes(family), { signal })) {
      if (route.table === mainTable && !isOurs(route)) found.set(formatCidr(route.destination), route);
    }
  }
  return found;
}

async function countNextHops(netlink: AsyncNetlink, signal: AbortSignal): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const family of families) {
    for (const route of await netlink.request(listAllRoutes(family), { signal })) {
      if (!isOurs(route) || route.via === undefined) continue;
      const key = neighbourKey(route.linkIndex, route.via);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function isOurs(route: Route): boolean {
  return route.protocol === routeProtocol.antrea;
}

function inMainTable({ table }: Route): boolean {
  return table === mainTable;
}

/** As `ip route` makes it where no protocol is given. */
function isByHand(route: Route): boolean {
  return inMainTable(route) && route.protocol === routeProtocol.boot;
}

/** What the kernel takes when nobody says a metric. */
const usualMetric: Readonly<Record<IpFamily, number>> = { ipv4: 0, ipv6: 1024 };

function toPeerRoute(route: Route, interfaceName = '', neighbour: PeerRoute['neighbour']): PeerRoute {
  const { destination, via, onLink, source, table, special } = route;
  const { family } = destination.address;
  const metric = route.priority ?? usualMetric[family];
  // A route that leads nowhere has a metric of its own in IPv6 only; naming it tells it from one of ours in both.
  const isUsual = metric === usualMetric[family] && special === undefined && interfaceName !== '';
  const elsewhere = {
    ...(table === mainTable ? {} : { table }),
    ...(isUsual ? {} : { metric }),
  };
  return {
    destination,
    interfaceName,
    ...(via === undefined ? {} : { via }),
    ...(onLink === undefined ? {} : { onLink }),
    ...(source === undefined ? {} : { source }),
    ...(neighbour === undefined ? {} : { neighbour }),
    ...(Object.keys(elsewhere).length === 0 ? {} : { elsewhere }),
  };
}

function nextHopsLast<V>(items: ReadonlyMap<string, V>, routeOf: (value: V) => PeerRoute): readonly [string, V][] {
  return [...items].toSorted(
    ([, a], [, b]) => Number(routeOf(a).via !== undefined) - Number(routeOf(b).via !== undefined),
  );
}

function nextHopsFirst<V>(items: ReadonlyMap<string, V>, routeOf: (value: V) => PeerRoute): readonly [string, V][] {
  return nextHopsLast(items, routeOf).toReversed();
}
