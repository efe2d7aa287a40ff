import { isLinkLocal, type InterfaceAddress } from '@antrea-ts/net-types';
import {
  HostError,
  type AdoptionSpec,
  type ForeignPodInterface,
  type ForeignPodRef,
  type PodInterfaceState,
} from '@antrea-ts/host';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { isOwnNetns, openNetns, type NetnsHandle } from '../netns/netns-handle.js';
import { deleteAddress, listAddresses } from '../rtnetlink/address.js';
import { listLinks, setLink, type Link } from '../rtnetlink/link.js';
import { deleteRoute, listRoutes, type Route } from '../rtnetlink/route.js';
import { writeSysctl } from '../sysctl.js';
import { isSystemError } from '../system-error.js';
import { disableTransmitChecksumOffload } from './checksum-offload.js';
import { insidePod } from './inside-pod.js';
import { inspectPodEnd } from './inspect-pod-end.js';
import { adoptedAlias, findLink, isAdopted, isPair } from './ownership.js';
import { chosenRoutes } from './pod-routes.js';

/** Looks at a veth pair that another program made. `node` is a socket of the Node's namespace. */
export function surveyPodInterface(node: SyncNetlink, ref: ForeignPodRef): ForeignPodInterface {
  return withForeign(node, `survey ${ref.name} in ${ref.netns}`, ref, ({ host, state }) => ({
    ...state,
    hostAddresses: addressesOf(node, host),
    hostRoutes: routesOf(node, host).map(({ destination }) => destination),
  }));
}

/** Takes the Node's end of such a pair from the Node's own network stack, for Open vSwitch alone. */
export function adoptPodInterface(node: SyncNetlink, spec: AdoptionSpec): PodInterfaceState {
  return withForeign(node, `adopt container ${spec.containerId}`, spec, ({ host, state, netns }) => {
    for (const route of routesOf(node, host)) {
      unlessGone(() => node.request(deleteRoute({ ...route, linkIndex: host.index })));
    }
    for (const address of addressesOf(node, host)) {
      unlessGone(() => node.request(deleteAddress(host.index, address)));
    }
    writeSysctl(`net/ipv6/conf/${host.name}/disable_ipv6`, 1, { optional: true });
    // A mark that somebody else put there stays.
    const alias = host.alias === undefined || isAdopted(host) ? adoptedAlias(spec.containerId) : host.alias;
    if (host.alias !== alias || !host.up) node.request(setLink(host.index, { alias, up: true }, host.name));
    if (!spec.checksumOffload) insidePod(netns, () => disableTransmitChecksumOffload(spec.name));
    return state;
  });
}

interface Foreign {
  readonly host: Link;
  readonly netns: NetnsHandle;
  readonly state: PodInterfaceState;
}

function withForeign<T>(node: SyncNetlink, operation: string, ref: ForeignPodRef, work: (foreign: Foreign) => T): T {
  const netns = openNetns(ref.netns);
  try {
    if (isOwnNetns(netns)) {
      throw new HostError('netns-invalid', `${operation}: network namespace ${ref.netns} is the Node's own`);
    }
    const pod = insidePod(netns, (netlink) => findLink(netlink, ref.name));
    if (pod === undefined) {
      throw new HostError(
        'interface-missing',
        `${operation}: network namespace ${ref.netns} has no interface ${ref.name}`,
      );
    }
    const host = hostEnd(node, operation, pod, netns);
    const state = insidePod(netns, (netlink) => inspectPodEnd(netlink, pod, host));
    return work({ host, netns, state });
  } finally {
    netns.close();
  }
}

/** The Node's end of the pair; it has to be one that nobody else switches packets of. */
function hostEnd(node: SyncNetlink, operation: string, pod: Link, netns: NetnsHandle): Link {
  const links = node.request(listLinks());
  const host = links.find((link) => link.kind === 'veth' && isPair(node, link, pod, netns));
  if (host === undefined) {
    throw new HostError(
      'unsupported',
      `${operation}: ${pod.name} is no veth pair with one end on the Node; ` +
        'use a plugin that makes one, such as ptp, before antrea',
    );
  }
  const master = links.find(({ index }) => index === host.masterIndex);
  if (master !== undefined && master.kind !== 'openvswitch') {
    throw new HostError(
      'foreign-state',
      `${operation}: the Node's end ${host.name} is a port of ${master.name}; ` +
        'use a plugin that routes to its Pods, such as ptp, or its mode that does',
    );
  }
  return host;
}

function addressesOf(node: SyncNetlink, link: Link): InterfaceAddress[] {
  return node
    .request(listAddresses())
    .filter(({ linkIndex, address }) => linkIndex === link.index && !isLinkLocal(address))
    .map(({ address, prefixLength }) => ({ address, prefixLength }));
}

function routesOf(node: SyncNetlink, link: Link): readonly Route[] {
  return chosenRoutes([...node.request(listRoutes('ipv4')), ...node.request(listRoutes('ipv6'))], link.index);
}

/** What goes away by itself meanwhile is fine: with an address go its routes. */
function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isSystemError(error, 'ENODEV', 'ESRCH', 'EADDRNOTAVAIL')) throw error;
  }
}
