import { setTimeout as wait } from 'node:timers/promises';
import { HostError, type PodInterfaceRef, type PodInterfaceState } from '@antrea-ts/host';
import { gratuitousArp, unsolicitedNeighborAdvertisement } from '@antrea-ts/packet';
import { libc } from '../libc.js';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { isOwnNetns, openNetns } from '../netns/netns-handle.js';
import { checkResult } from '../system-error.js';
import { insidePod } from './inside-pod.js';
import { inspectPodEnd } from './inspect-pod-end.js';
import { findLink } from './ownership.js';

const afPacket = 17;
const sockRawCloexec = 3 | 0x80000;
/** As Antrea 1.3: neighbours may miss the first while the datapath learns the port. */
const repetitions = 3;
const intervalMs = 50;

/** Sends announcements of every address of the Pod, three times. */
export async function announcePodInterface(
  node: SyncNetlink,
  ref: PodInterfaceRef,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const sender = openSender(node, ref);
  if (sender === undefined) {
    throw new HostError('interface-missing', `announce ${ref.name} of ${ref.hostName}: there is no such Pod interface`);
  }
  try {
    for (let round = 0; round < repetitions; round += 1) {
      if (round > 0) await wait(intervalMs, undefined, { signal });
      for (const frame of sender.frames) await sendFrame(sender.fd, frame, ref);
    }
  } finally {
    libc.call.close(sender.fd);
  }
}

/** Not on our thread: the kernel carries a frame to its receiver before it returns, which takes milliseconds. */
async function sendFrame(fd: number, frame: Uint8Array, { hostName }: PodInterfaceRef): Promise<void> {
  const sent = await libc.background.send(fd, frame, frame.length, 0);
  if (sent < 0) throw new HostError('failed', `announce ${hostName}: the kernel did not take the frame`);
}

/** A socket stays in the namespace it was made in, so the frames can be sent from outside, later. */
function openSender(node: SyncNetlink, ref: PodInterfaceRef) {
  const host = findLink(node, ref.hostName);
  if (host === undefined || ref.netns === undefined) return undefined;
  const netns = openNetns(ref.netns);
  try {
    if (isOwnNetns(netns)) return undefined;
    return insidePod(netns, (pod) => {
      const link = findLink(pod, ref.name);
      if (link === undefined) return undefined;
      return { fd: openPacketSocket(link.index), frames: framesOf(inspectPodEnd(pod, link, host)) };
    });
  } finally {
    netns.close();
  }
}

function openPacketSocket(linkIndex: number): number {
  const operation = 'open packet socket';
  // Protocol 0: it sends and receives nothing.
  const fd = checkResult(operation, libc.call.socket(afPacket, sockRawCloexec, 0));
  const address = new Uint8Array(20); // struct sockaddr_ll
  viewOf(address).setUint16(0, afPacket, hostIsLittleEndian);
  viewOf(address).setInt32(4, linkIndex, hostIsLittleEndian);
  if (libc.call.bind(fd, address, address.length) < 0) {
    const errno = libc.errno();
    libc.call.close(fd);
    throw new HostError('failed', `bind packet socket to interface ${linkIndex}: errno ${errno}`);
  }
  return fd;
}

function framesOf({ mac, addresses }: PodInterfaceState): readonly Uint8Array[] {
  return addresses.map(({ address: ip }) =>
    ip.family === 'ipv4' ? gratuitousArp({ mac, ip }) : unsolicitedNeighborAdvertisement({ mac, ip }),
  );
}
