import type {
  AntreaAppliedTo,
  AntreaPolicy,
  AntreaPolicyPeer,
  AntreaPolicyRule,
  NetworkPolicyReference,
  RuleDirection,
} from '@antrea-ts/apis';
import { blocksOfGroup, isInGroup, isUnreadableGroup } from './cluster-group.js';
import type { DecidingRule, Intent } from './intent.js';
import { hasBrokenSelector } from './labels.js';
import { blockHas, isBrokenBlock, portsMatch, type MatchedPeers, type Unreadable } from './match-rule.js';
import type { Question } from './question.js';
import { hasAddress, isSelected, type Workload } from './workloads.js';

/** Tier of the rules that come after Kubernetes NetworkPolicies. */
export const baselinePriority = 253;

const applicationPriority = 250;
const namesBeforeTiers: readonly string[] = [
  'Emergency',
  'SecurityOps',
  'NetworkOps',
  'Platform',
  'Application',
  'Baseline',
];

const actions: readonly string[] = ['Allow', 'Drop', 'Reject'];

/** The rule of an Antrea policy, and where it stands. */
interface PlacedRule extends DecidingRule {
  readonly written: AntreaPolicyRule;
  /** Empty for ClusterNetworkPolicies. */
  readonly home: string;
  readonly appliedTo: readonly AntreaAppliedTo[];
  readonly tier: { readonly name: string; readonly priority: number };
  readonly priority: number;
}

/** The rules that match a packet at one Pod and come before all others that do: equal in order, and in what they say. */
export function firstAntreaRules(stage: 'before' | 'after', question: Question): DecidingRule[] {
  const { direction, pod, intent } = question;
  const policies = [...intent.clusterNetworkPolicies, ...intent.antreaNetworkPolicies];
  const matching = policies
    .flatMap((policy) => rulesOf(policy, direction, intent))
    .filter(({ tier }) => (stage === 'after') === (tier.priority === baselinePriority))
    .filter((rule) => rule.appliedTo.some((target) => isTarget(target, rule.home, pod, intent)))
    .filter((rule) => portsMatch(rule.written.ports, matchedPeers(rule, question), question, unreadableIn(rule)))
    .sort(compare);
  return matching.filter((rule) => compare(rule, matching[0]!) === 0).map(asDeciding);
}

/** By tier, priority and place in the policy; of equals, what denies comes first. */
function compare(a: PlacedRule, b: PlacedRule): number {
  const rank = { Drop: 0, Reject: 1, Allow: 2 } as const;
  return (
    a.tier.priority - b.tier.priority || a.priority - b.priority || a.index - b.index || rank[a.action] - rank[b.action]
  );
}

function rulesOf(policy: AntreaPolicy, direction: RuleDirection, intent: Intent): PlacedRule[] {
  const { metadata, spec } = policy;
  const { namespace: home = '' } = metadata;
  if (!spec) return [];
  const { appliedTo = [] } = spec;
  const isPlaced = spec.priority >= 1 && spec.priority <= 10_000;
  const priority = isPlaced ? spec.priority : 1;
  const tier = tierOf(spec.tier ?? '', intent);
  const rules = ((direction === 'In' ? spec.ingress : spec.egress) ?? []).map((written, index): PlacedRule => ({
    policy: referenceTo(policy),
    direction,
    index,
    ...(written.name ? { name: written.name } : {}),
    // Of an action that cannot be read it is not known that it allows.
    action: actions.includes(written.action) ? written.action : 'Drop',
    tier,
    priority,
    written,
    home,
    appliedTo: appliedTo.length > 0 ? appliedTo : (written.appliedTo ?? []),
  }));
  // Nobody knows before whom a policy without a priority may allow something.
  return isPlaced ? rules : rules.filter(({ action }) => action !== 'Allow');
}

/** A tier that does not exist is that of policies without one. */
function tierOf(written: string, { tiers }: Intent): { readonly name: string; readonly priority: number } {
  const name = namesBeforeTiers.includes(written) ? written.toLowerCase() : written;
  const priority = tiers.find(({ metadata }) => metadata.name === name)?.spec?.priority;
  return priority === undefined ? { name: 'application', priority: applicationPriority } : { name, priority };
}

/** Nothing that cannot be read opens a hole. */
function unreadableIn({ action }: PlacedRule): Unreadable {
  return action === 'Allow' ? 'nothing' : 'everything';
}

function isUnreadable(peer: AntreaPolicyPeer, home: string, intent: Intent): boolean {
  if (hasBrokenSelector(peer) || !['', 'Self'].includes(peer.namespaces?.match ?? '')) return true;
  if (peer.ipBlock) return isBrokenBlock(peer.ipBlock);
  return peer.group !== undefined && home === '' && isUnreadableGroup(peer.group, intent);
}

function isTarget({ group, ...selectors }: AntreaAppliedTo, home: string, pod: Workload, intent: Intent): boolean {
  if (group !== undefined && home === '') return isInGroup(group, pod, intent);
  return isSelected(selectors, pod, home, intent);
}

function peersOf({ from = [], to = [] }: AntreaPolicyRule): readonly AntreaPolicyPeer[] {
  return [...from, ...to];
}

function isSelf({ namespaces }: AntreaPolicyPeer): boolean {
  return namespaces?.match === 'Self';
}

/** Blocks of addresses that a peer stands for. */
function blocksOf(peer: AntreaPolicyPeer, home: string, intent: Intent): readonly { readonly cidr: string }[] {
  if (peer.namespaces?.match) return [];
  if (peer.ipBlock) return [peer.ipBlock];
  return peer.group !== undefined && home === '' ? blocksOfGroup(peer.group, intent) : [];
}

/** No peers: everybody. A peer that names what does not exist is nobody; so is, for now, one that names an FQDN. */
function matchedPeers(
  { written, home, action }: PlacedRule,
  { pod, peer: address, intent, workloads }: Question,
): MatchedPeers {
  const there = workloads.filter((each) => hasAddress(each, address));
  const peers = peersOf(written);
  const isEverybody = action !== 'Allow' && peers.some((peer) => isUnreadable(peer, home, intent));
  if (peers.length === 0 || isEverybody) {
    return { byAddress: true, members: there.filter(({ kind }) => kind === 'pod') };
  }
  return {
    byAddress: peers.some((peer) => blocksOf(peer, home, intent).some((block) => blockHas(block, address))),
    members: there.filter((each) => peers.some((peer) => isPeer(peer, home, each, pod, intent))),
  };
}

function isPeer(peer: AntreaPolicyPeer, home: string, other: Workload, pod: Workload, intent: Intent): boolean {
  const { podSelector, namespaceSelector, externalEntitySelector, namespaces } = peer;
  if (namespaces?.match && !isSelf(peer)) return false;
  if (isSelf(peer)) return isSelected({ podSelector: podSelector ?? {} }, other, pod.namespace, intent);
  if (peer.ipBlock) return false;
  if (peer.group !== undefined && home === '') return isInGroup(peer.group, other, intent);
  if (peer.fqdn) return false;
  return isSelected({ podSelector, namespaceSelector, externalEntitySelector }, other, home, intent);
}

function asDeciding({ policy, direction, index, name, action, tier, priority }: PlacedRule): DecidingRule {
  return { policy, direction, index, ...(name === undefined ? {} : { name }), action, tier, priority };
}

function referenceTo({ metadata: { name, namespace, uid = '' } }: AntreaPolicy): NetworkPolicyReference {
  return namespace
    ? { type: 'AntreaNetworkPolicy', namespace, name, uid }
    : { type: 'AntreaClusterNetworkPolicy', name, uid };
}
