import type { AntreaPolicyPeer, ControlplaneIpBlock, NetworkPolicyPeer } from '@antrea-ts/apis';
import { tryParseCidr } from '@antrea-ts/net-types';
import { brokenSelectorIn, brokenSelectorReason } from './broken-selector.js';
import type { ConversionContext } from './converted-policy.js';
import { groupSelector } from './group-selector.js';
import { antreaPeerShape } from './object-shapes.js';
import { show, type UnreadableParts } from './unreadable.js';
import { wireBlock, wireNet } from './wire-blocks.js';

/** The other side of a rule, by how it becomes one. */
export interface ReadPeers {
  /** The same whichever Pod the rule is for. */
  readonly others: readonly AntreaPolicyPeer[];
  /** In the Namespace of the Pod that the rule is for. */
  readonly own: readonly AntreaPolicyPeer[];
}

/** Where the peers of a rule stand. */
export interface PeersPlace {
  readonly field: string;
  /** Empty for ClusterNetworkPolicies. */
  readonly home: string;
  readonly unreadable: UnreadableParts;
}

/**
 * The peers of a rule that can be read. Both kinds empty: everybody. Undefined: nothing can be read of those that a rule
 * allows. One that a rule denies and nobody can read is everybody.
 */
export function readPeers(
  written: readonly AntreaPolicyPeer[] | undefined,
  { field, home, unreadable }: PeersPlace,
  context: ConversionContext,
): ReadPeers | undefined {
  if (written === undefined) return everybody;
  if (!Array.isArray(written)) {
    unreadable.tell(`${field} is no list`, 'everybody');
    return unreadable.widen ? everybody : undefined;
  }
  const readable: AntreaPolicyPeer[] = [];
  let isWidened = false;
  for (const [index, peer] of (written as readonly AntreaPolicyPeer[]).entries()) {
    const here = `${field}[${index}]`;
    const problem = peerProblem(peer, here);
    const inGroup = problem === undefined && isGroup(peer, home) ? context.clusterGroupProblem(peer.group) : undefined;
    if (problem !== undefined) unreadable.tell(problem, 'everybody');
    // The rest of a group that is allowed stays.
    else readable.push(peer);
    if (inGroup !== undefined) unreadable.tell(`${here}.group ${show(peer.group)}: ${inGroup}`, 'everybody');
    isWidened ||= unreadable.widen && (problem !== undefined || inGroup !== undefined);
  }
  if (isWidened || written.length === 0) return everybody;
  if (readable.length === 0) return undefined;
  return { own: readable.filter(isSelf), others: readable.filter((peer) => !isSelf(peer)) };
}

const everybody: ReadPeers = { others: [], own: [] };

/** A peer in whichever Namespace the Pod is that a rule is for. */
export function isSelf(peer: AntreaPolicyPeer | null): boolean {
  return peer?.namespaces?.match === 'Self';
}

/** ClusterGroups are for ClusterNetworkPolicies. */
function isGroup(peer: AntreaPolicyPeer, home: string): peer is AntreaPolicyPeer & { readonly group: string } {
  return peer.group !== undefined && !peer.ipBlock && home === '';
}

function peerProblem(peer: AntreaPolicyPeer, here: string): string | undefined {
  const problem = antreaPeerShape(peer);
  if (problem) return `${here}${problem.path} ${problem.what}`;
  const broken = brokenSelectorIn(peer, here);
  if (broken) return `${broken} ${brokenSelectorReason}`;
  const match = peer.namespaces?.match ?? '';
  if (match !== '' && match !== 'Self') return `${here}.namespaces.match ${show(match)} is not Self`;
  const block = peer.ipBlock && wireBlock(peer.ipBlock, `${here}.ipBlock`);
  return typeof block === 'string' ? block : undefined;
}

/** Peers in the terms of the control plane. */
export function wirePeer(
  peers: readonly AntreaPolicyPeer[],
  home: string,
  context: ConversionContext,
): NetworkPolicyPeer {
  const addressGroups = new Set<string>();
  const ipBlocks: ControlplaneIpBlock[] = [];
  const fqdns: string[] = [];
  const addBlock = (cidr: string): void => {
    const block = tryParseCidr(cidr);
    if (block) ipBlocks.push({ cidr: wireNet(block) });
  };
  for (const peer of peers) {
    if (peer.ipBlock) addBlock(peer.ipBlock.cidr);
    else if (isGroup(peer, home)) {
      const resolved = context.clusterGroup(peer.group);
      if (resolved.kind === 'members') addressGroups.add(context.clusterGroupAs(peer.group, 'peers'));
      if (resolved.kind !== 'nothing') for (const cidr of resolved.cidrs) addBlock(cidr);
    } else if (peer.fqdn) fqdns.push(peer.fqdn);
    else {
      const selected = groupSelector({ namespace: home, ...peer });
      if (selected) addressGroups.add(context.peers(selected));
    }
  }
  return {
    ...(addressGroups.size > 0 ? { addressGroups: [...addressGroups] } : {}),
    ...(ipBlocks.length > 0 ? { ipBlocks } : {}),
    ...(fqdns.length > 0 ? { fqdns } : {}),
  };
}
