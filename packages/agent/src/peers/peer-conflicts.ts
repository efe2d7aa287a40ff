import {
  cidrContains,
  cidrContainsCidr,
  compareCidr,
  compareIp,
  formatCidr,
  formatIp,
  type Cidr,
  type IpAddress,
} from '@antrea-ts/net-types';
import type { Peer } from './peer.js';

interface Claim {
  readonly cidr: Cidr;
  /** Undefined: this Node. */
  readonly peer: Peer | undefined;
}

/**
 * Peers whose Pod CIDRs overlap those of this Node or of another peer, with the reason. This Node's own come first,
 * then the peer that is first by name, so that the order in which Nodes came does not matter.
 */
export function peerConflicts(peers: readonly Peer[], ownPodCidrs: readonly Cidr[]): ReadonlyMap<string, string> {
  const claims: Claim[] = [
    ...ownPodCidrs.map((cidr) => ({ cidr, peer: undefined })),
    ...peers.flatMap((peer) => peer.podCidrs.map((cidr) => ({ cidr, peer }))),
  ].sort((a, b) => compareCidr(a.cidr, b.cidr) || order(a, b));

  const conflicts = new Map<string, string>();
  // Networks either contain each other or are apart: in this order, what contains a claim is still open when it comes.
  const open: Claim[] = [];
  for (const claim of claims) {
    while (open.length > 0 && !contains(open.at(-1), claim)) open.pop();
    for (const outer of open) note(conflicts, outer, claim);
    open.push(claim);
  }
  return conflicts;
}

function contains(outer: Claim | undefined, inner: Claim): boolean {
  return outer !== undefined && cidrContainsCidr(outer.cidr, inner.cidr);
}

function note(conflicts: Map<string, string>, a: Claim, b: Claim): void {
  if (a.peer === b.peer) return;
  const [winner, loser] = order(a, b) < 0 ? [a, b] : [b, a];
  if (!loser.peer || conflicts.has(loser.peer.name)) return;
  // A peer that lost already takes nothing from others.
  if (winner.peer && conflicts.has(winner.peer.name)) return;
  const owner = winner.peer ? `Node ${winner.peer.name}` : 'this Node';
  conflicts.set(
    loser.peer.name,
    `its Pod CIDR ${formatCidr(loser.cidr)} overlaps ${formatCidr(winner.cidr)} of ${owner}; give it another one`,
  );
}

function order(a: Claim, b: Claim): number {
  const [left, right] = [a.peer?.name ?? '', b.peer?.name ?? ''];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * Peers whose Pod CIDR has a Node's address in it, and those whose address is in this Node's Pod CIDRs, with the reason:
 * the way to those Pods would take what is sent to the Node.
 */
export function nodesAmongPods(
  peers: readonly Peer[],
  own: { readonly podCidrs: readonly Cidr[]; readonly addresses: readonly IpAddress[] },
): ReadonlyMap<string, string> {
  const conflicts = new Map<string, string>();
  const addresses = [
    ...own.addresses.map((address) => ({ address, of: 'this Node' })),
    ...peers.flatMap(({ name, transportAddresses }) =>
      transportAddresses.map((address) => ({ address, of: `Node ${name}` })),
    ),
  ].sort((a, b) => compareIp(a.address, b.address));
  for (const { name, podCidrs, transportAddresses } of peers) {
    for (const cidr of podCidrs) {
      const found = firstIn(addresses, cidr);
      if (!found) continue;
      const what = `its Pod CIDR ${formatCidr(cidr)} contains ${formatIp(found.address)}, an address of ${found.of}`;
      conflicts.set(name, `${what}; give it another one`);
    }
    for (const address of transportAddresses) {
      const cidr = own.podCidrs.find((each) => cidrContains(each, address));
      if (!cidr) continue;
      const what = `its address ${formatIp(address)} is in the Pod CIDR ${formatCidr(cidr)} of this Node`;
      conflicts.set(name, `${what}; give this Node another Pod CIDR`);
    }
  }
  return conflicts;
}

/** The first of `sorted` that is in the network. */
function firstIn<T extends { readonly address: IpAddress }>(sorted: readonly T[], cidr: Cidr): T | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareIp(sorted[middle]!.address, cidr.address) < 0) low = middle + 1;
    else high = middle;
  }
  const found = sorted[low];
  return found && cidrContains(cidr, found.address) ? found : undefined;
}

/**
 * Peers that claim an address of this Node, with the reason: what was sent to them would come back here. And addresses
 * that several peers claim.
 */
export function addressConflicts(
  peers: readonly Peer[],
  ownAddresses: readonly IpAddress[],
): { readonly own: ReadonlyMap<string, string>; readonly shared: ReadonlyMap<string, readonly string[]> } {
  const own = new Map<string, string>();
  const holders = new Map<string, string[]>();
  const ours = new Set(ownAddresses.map(formatIp));
  for (const { name, transportAddresses } of peers) {
    for (const address of transportAddresses.map(formatIp)) {
      if (ours.has(address))
        own.set(name, `its address ${address} is this Node's own; correct or delete the Node object`);
      holders.set(address, [...(holders.get(address) ?? []), name]);
    }
  }
  return { own, shared: new Map([...holders].filter(([, names]) => names.length > 1)) };
}
