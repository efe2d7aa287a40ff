import { isLinkLocal, type MacAddress } from '@antrea-ts/net-types';
import type { PodInterfaceState } from '@antrea-ts/host';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { listAddresses } from '../rtnetlink/address.js';
import type { Link } from '../rtnetlink/link.js';
import { listRoutes } from '../rtnetlink/route.js';
import { chosenRoutes, toPodRoute } from './pod-routes.js';

/** Reads the Pod's end; runs inside the Pod's namespace. */
export function inspectPodEnd(pod: SyncNetlink, link: Link, host: Link): PodInterfaceState {
  const addresses = pod
    .request(listAddresses())
    .filter(
      ({ linkIndex, address }) => linkIndex === link.index && !(address.family === 'ipv6' && isLinkLocal(address)),
    )
    .map(({ address, prefixLength }) => ({ address, prefixLength }));
  const routes = [...pod.request(listRoutes('ipv4')), ...pod.request(listRoutes('ipv6'))];
  return {
    name: link.name,
    mac: link.mac as MacAddress,
    mtu: link.mtu,
    up: link.up,
    addresses,
    routes: chosenRoutes(routes, link.index).map(toPodRoute),
    hostName: host.name,
    hostMac: host.mac as MacAddress,
  };
}
