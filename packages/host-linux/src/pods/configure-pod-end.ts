import { formatInterfaceAddress, isLinkLocal, type InterfaceAddress } from '@antrea-ts/net-types';
import type { PodInterfaceSpec } from '@antrea-ts/host';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { addAddress, deleteAddress, listAddresses } from '../rtnetlink/address.js';
import { setLink, type Link } from '../rtnetlink/link.js';
import { routeProtocol } from '../rtnetlink/message-type.js';
import { addRoute, deleteRoute, listRoutes, mainTable } from '../rtnetlink/route.js';
import { writeSysctl } from '../sysctl.js';
import { isSystemError } from '../system-error.js';
import { disableTransmitChecksumOffload } from './checksum-offload.js';
import { chosenRoutes, podRouteKey, toKernelRoute, toPodRoute } from './pod-routes.js';

/**
 * Makes the Pod's end as the spec says: runs inside the Pod's namespace, `pod` is a socket of that namespace. What is
 * so already stays untouched.
 */
export function configurePodEnd(pod: SyncNetlink, link: Link, spec: PodInterfaceSpec): void {
  prepareIpv6(spec);
  if (!spec.checksumOffload) disableTransmitChecksumOffload(spec.name);
  if (!link.up || link.mtu !== spec.mtu) pod.request(setLink(link.index, { up: true, mtu: spec.mtu }, spec.name));
  setAddresses(pod, link.index, spec.addresses);
  setRoutes(pod, link.index, spec);
}

/**
 * Container runtimes may have switched IPv6 off. Addresses come from IPAM: neither router advertisements nor duplicate
 * address detection, which would keep an address unusable for a second, have a say.
 */
function prepareIpv6({ name, addresses }: PodInterfaceSpec): void {
  const setting = (key: string) => `net/ipv6/conf/${name}/${key}`;
  const wanted = addresses.some(({ address }) => address.family === 'ipv6');
  if (wanted) writeSysctl(setting('disable_ipv6'), 0);
  writeSysctl(setting('accept_ra'), 0, { optional: true });
  writeSysctl(setting('accept_dad'), 0, { optional: true });
}

function setAddresses(pod: SyncNetlink, linkIndex: number, desired: readonly InterfaceAddress[]): void {
  const wanted = new Set(desired.map(formatInterfaceAddress));
  const list = () => pod.request(listAddresses()).filter((address) => address.linkIndex === linkIndex);
  let present = list();
  const extra = present.filter(
    (held) =>
      !wanted.has(formatInterfaceAddress(held)) && !(held.address.family === 'ipv6' && isLinkLocal(held.address)),
  );
  for (const address of extra) pod.request(deleteAddress(linkIndex, address));
  // With a primary address the kernel removes the others of its subnet.
  if (extra.length > 0) present = list();
  const there = new Set(present.map(formatInterfaceAddress));
  for (const address of desired) {
    if (!there.has(formatInterfaceAddress(address))) pod.request(addAddress(linkIndex, address));
  }
}

function setRoutes(pod: SyncNetlink, linkIndex: number, { routes, addresses }: PodInterfaceSpec): void {
  const present = chosenRoutes([...pod.request(listRoutes('ipv4')), ...pod.request(listRoutes('ipv6'))], linkIndex);
  const wanted = new Set(routes.map(podRouteKey));
  for (const route of present) {
    const ours = route.protocol === routeProtocol.antrea;
    if (ours && !wanted.has(podRouteKey(toPodRoute(route)))) {
      pod.request(
        deleteRoute({ destination: route.destination, table: mainTable, protocol: routeProtocol.antrea, linkIndex }),
      );
    }
  }
  const there = new Set(present.map((route) => podRouteKey(toPodRoute(route))));
  // Routes on the link first: a gateway of another route may be reachable only by them.
  const missing = routes.filter((route) => !there.has(podRouteKey(route)));
  const ordered = missing.toSorted((a, b) => Number(a.gateway !== undefined) - Number(b.gateway !== undefined));
  for (const route of ordered) {
    try {
      pod.request(addRoute(toKernelRoute(route, linkIndex, addresses), 'create'));
    } catch (error) {
      // Another interface of the Pod, or the kernel for a subnet, has a route to that destination: theirs counts.
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
  }
}
