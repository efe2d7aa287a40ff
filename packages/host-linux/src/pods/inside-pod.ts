import { SyncNetlink } from '../netlink/sync-netlink.js';
import type { NetnsHandle } from '../netns/netns-handle.js';
import { withNetns } from '../netns/with-netns.js';

/** Runs synchronous work inside a Pod's namespace, with a netlink socket of that namespace. */
export function insidePod<T>(netns: NetnsHandle, work: (netlink: SyncNetlink) => T): T {
  return withNetns(netns, () => {
    const netlink = SyncNetlink.open();
    try {
      return work(netlink);
    } finally {
      netlink.close();
    }
  });
}
