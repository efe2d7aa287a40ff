import { hostEndDifferences, type DesiredHostEnd, type HostEndRepair } from '@antrea-ts/host';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { listLinks, setLink } from '../rtnetlink/link.js';
import { isSystemError } from '../system-error.js';
import { isAdopted, isOurs } from './ownership.js';

/** Makes the Node's ends of these Pods' interfaces up, with their MTU, and tells what they were. */
export function ensureHostEnds(node: SyncNetlink, ends: readonly DesiredHostEnd[]): HostEndRepair[] {
  const links = new Map(node.request(listLinks()).map((link) => [link.name, link]));
  return ends.flatMap(({ hostName, mtu }) => {
    const link = links.get(hostName);
    if (link === undefined || !(isOurs(link) || isAdopted(link))) return [];
    const changes = hostEndDifferences(link, mtu);
    if (changes.length === 0) return [];
    try {
      node.request(setLink(link.index, { up: true, ...(mtu === undefined ? {} : { mtu }) }, hostName));
    } catch (error) {
      // Its Pod went away meanwhile.
      if (isSystemError(error, 'ENODEV')) return [];
      throw error;
    }
    return [{ hostName, changes }];
  });
}
