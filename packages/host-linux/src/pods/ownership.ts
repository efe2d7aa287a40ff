import { isSystemError } from '../system-error.js';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { getLink, type Link } from '../rtnetlink/link.js';
import { getNetnsId } from '../rtnetlink/nsid.js';
import type { NetnsHandle } from '../netns/netns-handle.js';

const prefix = 'antrea:';
const adoptedPrefix = 'antrea-adopted:';

/** The alias that marks the Node's end of a Pod's veth as ours; `ip link` shows it. */
export function podAlias(containerId: string): string {
  return `${prefix}${containerId}`;
}

/** The alias of the Node's end of an interface that another program made and that is a port of ours. */
export function adoptedAlias(containerId: string): string {
  return `${adoptedPrefix}${containerId}`;
}

export function isAdopted(link: Link): boolean {
  return link.alias?.startsWith(adoptedPrefix) === true;
}

export function isOurs(link: Link): boolean {
  return link.kind === 'veth' && link.alias?.startsWith(prefix) === true;
}

/** A pair of ours whose making was cut off before it could be marked. */
export function isUnmarkedVeth(link: Link): boolean {
  return link.kind === 'veth' && link.alias === undefined;
}

export function findLink(netlink: SyncNetlink, name: string): Link | undefined {
  try {
    return netlink.request(getLink(name));
  } catch (error) {
    if (isSystemError(error, 'ENODEV')) return undefined;
    throw error;
  }
}

/** Whether these are the two ends of one veth pair, the first here and the second in that namespace. */
export function isPair(node: SyncNetlink, host: Link, pod: Link, netns: NetnsHandle): boolean {
  return (
    host.peerIndex === pod.index &&
    pod.peerIndex === host.index &&
    host.peerNetnsId !== undefined &&
    host.peerNetnsId === node.request(getNetnsId(netns.fd))
  );
}
