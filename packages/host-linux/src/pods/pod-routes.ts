import {
  cidrContains,
  formatCidr,
  isLinkLocal,
  isMulticast,
  networkOf,
  type InterfaceAddress,
} from '@antrea-ts/net-types';
import type { PodRoute } from '@antrea-ts/host';
import { mainTable, type Route } from '../rtnetlink/route.js';
import { routeProtocol } from '../rtnetlink/message-type.js';

/** The routes over this interface that someone chose: not those that the kernel makes with each address. */
export function chosenRoutes(routes: readonly Route[], linkIndex: number): readonly Route[] {
  return routes.filter(
    ({ linkIndex: index, table, protocol, destination }) =>
      index === linkIndex &&
      table === mainTable &&
      protocol !== routeProtocol.kernel &&
      !(destination.prefixLength > 0 && (isLinkLocal(destination.address) || isMulticast(destination.address))),
  );
}

export function toPodRoute({ destination, via }: Route): PodRoute {
  return via === undefined ? { destination } : { destination, gateway: via };
}

/** As the kernel shall have it. A gateway outside of all subnets is taken to be on the link. */
export function toKernelRoute(
  { destination, gateway }: PodRoute,
  linkIndex: number,
  addresses: readonly InterfaceAddress[],
): Route {
  const route = { destination, linkIndex, table: mainTable, protocol: routeProtocol.antrea };
  if (gateway === undefined) return route;
  const reachable = addresses.some((address) => cidrContains(networkOf(address), gateway));
  return { ...route, via: gateway, ...(reachable ? {} : { onLink: true }) };
}

/** Destination and gateway: what makes two routes of a Pod equal. */
export function podRouteKey({ destination, gateway }: PodRoute): string {
  return `${formatCidr(destination)} ${gateway?.family ?? ''} ${gateway?.value ?? ''}`;
}
