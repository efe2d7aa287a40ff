import { HostError, type PodInterfaceSpec, type PodInterfaceState } from '@antrea-ts/host';
import type { SyncNetlink } from '../netlink/sync-netlink.js';
import { isOwnNetns, openNetns, type NetnsHandle } from '../netns/netns-handle.js';
import { createVethPair, deleteLink, getLink, setLink, type Link } from '../rtnetlink/link.js';
import { writeSysctl } from '../sysctl.js';
import { configurePodEnd } from './configure-pod-end.js';
import { insidePod } from './inside-pod.js';
import { inspectPodEnd } from './inspect-pod-end.js';
import { findLink, isOurs, isPair, isUnmarkedVeth, podAlias } from './ownership.js';
import { randomMac } from './random-mac.js';

/**
 * Makes a Pod's interface so, in one go without giving way to the loop: some thousand microseconds. `node` is a socket
 * of the Node's namespace, in which the calling thread is.
 */
export function attachPodInterface(node: SyncNetlink, spec: PodInterfaceSpec): PodInterfaceState {
  const netns = openNetns(spec.netns);
  try {
    if (isOwnNetns(netns)) {
      throw new HostError(
        'netns-invalid',
        `attach container ${spec.containerId}: network namespace ${spec.netns} is the Node's own; ` +
          'a Pod in the host network needs no interface',
      );
    }
    const made = !reuse(node, spec, netns);
    try {
      if (made) create(node, spec, netns);
      return complete(node, spec, netns);
    } catch (error) {
      if (made) undo(node, spec.hostName);
      throw error;
    }
  } finally {
    netns.close();
  }
}

/** True when the pair is there already. Removes one of ours that leads elsewhere. */
function reuse(node: SyncNetlink, spec: PodInterfaceSpec, netns: NetnsHandle): boolean {
  const host = findLink(node, spec.hostName);
  const pod = insidePod(netns, (netlink) => findLink(netlink, spec.name));
  const connected = host !== undefined && pod !== undefined && isPair(node, host, pod, netns);
  if (connected && (isOurs(host) || isUnmarkedVeth(host))) return true;
  const taken = (name: string, where: string): never => {
    throw new HostError(
      'name-taken',
      `attach container ${spec.containerId}: ${where} has an interface ${name} that is not ours; remove or rename it`,
    );
  };
  if (host !== undefined && !isOurs(host)) taken(spec.hostName, 'the Node');
  if (pod !== undefined) taken(spec.name, `network namespace ${spec.netns}`);
  if (host !== undefined) node.request(deleteLink(host.index, host.name));
  return false;
}

function create(node: SyncNetlink, spec: PodInterfaceSpec, netns: NetnsHandle): void {
  node.request(
    createVethPair({
      name: spec.hostName,
      mac: randomMac(),
      mtu: spec.mtu,
      peer: { name: spec.name, mac: randomMac(), netnsFd: netns.fd },
    }),
  );
  // The Node's end belongs to Open vSwitch. An address of the Node on it, if only a link-local one, would be a way
  // around the pipeline where the datapath sees copies of the packets (`netdev`).
  writeSysctl(`net/ipv6/conf/${spec.hostName}/disable_ipv6`, 1, { optional: true });
}

function complete(node: SyncNetlink, spec: PodInterfaceSpec, netns: NetnsHandle): PodInterfaceState {
  const host = node.request(getLink(spec.hostName));
  const alias = podAlias(spec.containerId);
  if (host.alias !== alias || host.mtu !== spec.mtu || !host.up) {
    node.request(setLink(host.index, { alias, mtu: spec.mtu, up: true }, host.name));
  }
  return insidePod(netns, (pod) => {
    configurePodEnd(pod, pod.request(getLink(spec.name)), spec);
    return inspectPodEnd(pod, pod.request(getLink(spec.name)), host);
  });
}

/** Takes back what this call made. The error that led here is the one to tell of. */
function undo(node: SyncNetlink, hostName: string): void {
  const host: Link | undefined = findLink(node, hostName);
  if (host !== undefined) node.request(deleteLink(host.index, hostName));
}
