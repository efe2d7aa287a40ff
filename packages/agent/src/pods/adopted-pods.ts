import { peerRouteKey, type PeerRoute } from '@antrea-ts/host';
import { formatIp, hostCidr, type InterfaceAddress, type IpFamily } from '@antrea-ts/net-types';
import type { PodPort } from './pod-store.js';

/**
 * Where Pods have no CIDR of the Node, the Node has a route to each of their addresses (1.3: pkg/agent/route,
 * MigrateRoutesToGw).
 */
export function podRoutes(
  ports: readonly PodPort[],
  gateway: { readonly name: string; readonly addresses: readonly InterfaceAddress[] },
): ReadonlyMap<string, PeerRoute> {
  const routes = ports
    .flatMap(({ addresses }) => addresses)
    .flatMap((address): PeerRoute[] => {
      // The Node speaks to its Pods under the address by which the pipeline knows it.
      const own = gateway.addresses.find((candidate) => candidate.address.family === address.family);
      return own ? [{ destination: hostCidr(address), interfaceName: gateway.name, source: own.address }] : [];
    });
  return new Map(routes.map((route) => [peerRouteKey(route), route]));
}

/**
 * What the gateway carries for Pods of another plugin: the addresses that this plugin told them to send to. They ask for
 * them with neighbour discovery, and the Node has to answer.
 */
export function adoptedGatewayAddresses(
  ports: readonly PodPort[],
  families: readonly IpFamily[],
): readonly InterfaceAddress[] {
  const addresses = ports.flatMap(({ adoptedAddresses = [] }) => adoptedAddresses);
  return [...new Map(addresses.map((address) => [formatIp(address), hostCidr(address)])).values()].filter(
    ({ address }) => families.includes(address.family),
  );
}
