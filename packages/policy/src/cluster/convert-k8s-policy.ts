import type {
  ControlplaneIpBlock,
  ControlplaneService,
  K8sNetworkPolicy,
  K8sPolicyPeer,
  NetworkPolicyPeer,
  NetworkPolicyRule,
  PolicyPort,
  RuleDirection,
} from '@antrea-ts/apis';
import { brokenSelectorIn, brokenSelectorReason } from './broken-selector.js';
import type { ConversionContext, ConvertedPolicy } from './converted-policy.js';
import { groupSelector, isBrokenGroup } from './group-selector.js';
import { k8sPeerShape, k8sSpecShape } from './object-shapes.js';
import { leftOut, UnreadableParts } from './unreadable.js';
import { anywhere, wireBlock } from './wire-blocks.js';
import { hasNamedPort, wireServices } from './wire-services.js';

type Spec = NonNullable<K8sNetworkPolicy['spec']>;

/** Pods of every Namespace: through them names of ports resolve where no peer is given. */
const allPods = groupSelector({ namespace: '', namespaceSelector: {} })!;

/**
 * A Kubernetes NetworkPolicy (Antrea 1.3, 2.4). Each direction that it is about has at least one rule, which isolates
 * also where it allows nothing: so does one of which nothing can be read.
 */
export function convertK8sPolicy(policy: K8sNetworkPolicy, context: ConversionContext): ConvertedPolicy {
  const { metadata } = policy;
  const { name, namespace = '', uid = '' } = metadata;
  const problem = k8sSpecShape(policy.spec ?? {});
  // Of a spec that is not as it must be only the Pods are known: they are isolated.
  const spec: Spec = problem ? { ...selectorOf(policy), policyTypes: ['Ingress', 'Egress'] } : (policy.spec ?? {});
  const unreadable = new UnreadableParts({ denies: false });
  if (problem) unreadable.tell(`spec${problem.path} ${problem.what}`, 'everything');
  const rulesOf = (direction: RuleDirection): readonly NetworkPolicyRule[] => {
    const field = direction === 'In' ? 'spec.ingress' : 'spec.egress';
    const written: readonly WrittenRule[] = (direction === 'In' ? spec.ingress : spec.egress) ?? [];
    if (written.length === 0) return [isolation(direction)];
    return written.map((rule, index) => {
      const place = { direction, field: `${field}[${index}]`, namespace, unreadable };
      return ruleOf(rule, place, context) ?? isolation(direction);
    });
  };
  const lists = directionsOf(spec).map(rulesOf);
  const selected = groupSelector({ namespace, podSelector: spec.podSelector ?? {} });
  const isNobody = selected !== undefined && isBrokenGroup(selected);
  return {
    source: { type: 'K8sNetworkPolicy', namespace, name, uid },
    generation: metadata.generation ?? 0,
    rules: lists.length === 1 ? lists[0]! : lists.flat(),
    appliedToGroups: selected && !isNobody ? [context.targets(selected)] : [],
    problems: isNobody
      ? [...unreadable.problems, leftOut(`spec.podSelector ${brokenSelectorReason}`, 'the policy applies to nobody')]
      : unreadable.problems,
  };
}

function selectorOf({ spec }: K8sNetworkPolicy): Pick<Spec, 'podSelector'> {
  return typeof spec === 'object' && spec.podSelector !== undefined ? { podSelector: spec.podSelector } : {};
}

function directionsOf({ policyTypes, egress }: Spec): RuleDirection[] {
  const types = policyTypes?.length ? policyTypes : egress?.length ? bothTypes : ingressOnly;
  return bothDirections.filter((direction) => types.includes(direction === 'In' ? 'Ingress' : 'Egress'));
}

const bothTypes: readonly string[] = ['Ingress', 'Egress'];
const ingressOnly: readonly string[] = ['Ingress'];
const bothDirections: readonly RuleDirection[] = ['In', 'Out'];

/** A rule that allows a peer; without one it only isolates. */
function isolation(direction: RuleDirection, peer: NetworkPolicyPeer = {}): NetworkPolicyRule {
  const rest = { priority: -1, action: 'Allow', enableLogging: false } as const;
  return direction === 'In' ? { direction, from: peer, ...rest } : { direction, to: peer, ...rest };
}

/** A rule of either direction, with the other side under the name of it. */
interface WrittenRule {
  readonly from?: readonly K8sPolicyPeer[];
  readonly to?: readonly K8sPolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

/** Where a rule stands. */
interface RulePlace {
  readonly direction: RuleDirection;
  readonly field: string;
  readonly namespace: string;
  readonly unreadable: UnreadableParts;
}

/** Undefined: nothing is left of the rule that could allow anything. */
function ruleOf(rule: WrittenRule, place: RulePlace, context: ConversionContext): NetworkPolicyRule | undefined {
  const { direction, field, unreadable } = place;
  if (typeof rule !== 'object' || rule === null) {
    unreadable.tell(`${field} is no object`, 'everything');
    return undefined;
  }
  const services = wireServices(rule.ports, `${field}.ports`, unreadable);
  const peers = direction === 'In' ? rule.from : rule.to;
  if (!services) return undefined;
  const isAnybody = peers === undefined || (Array.isArray(peers) && peers.length === 0);
  const peer = isAnybody
    ? anyPeer(direction, services, context)
    : peerOf(peers, { ...place, field: `${field}.${direction === 'In' ? 'from' : 'to'}` }, context);
  if (!peer) return undefined;
  const allowed = isolation(direction, peer);
  return services.length > 0 ? { ...allowed, services } : allowed;
}

/** Everybody: by address, and for the names of ports by membership. */
export function anyPeer(
  direction: RuleDirection,
  services: readonly ControlplaneService[],
  context: ConversionContext,
): NetworkPolicyPeer {
  const byName = direction === 'Out' && hasNamedPort(services);
  return { ...(byName ? { addressGroups: [context.peers(allPods)] } : {}), ipBlocks: anywhere };
}

function peerOf(
  peers: readonly K8sPolicyPeer[],
  { field, namespace, unreadable }: RulePlace,
  context: ConversionContext,
): NetworkPolicyPeer | undefined {
  if (!Array.isArray(peers)) {
    unreadable.tell(`${field} is no list`, 'everybody');
    return undefined;
  }
  const ipBlocks: ControlplaneIpBlock[] = [];
  const addressGroups = new Set<string>();
  for (const [index, written] of (peers as readonly K8sPolicyPeer[]).entries()) {
    const here = `${field}[${index}]`;
    const problem = k8sPeerShape(written);
    if (problem) {
      unreadable.tell(`${here}${problem.path} ${problem.what}`, 'everybody');
      continue;
    }
    const { ipBlock, podSelector, namespaceSelector } = written;
    if (ipBlock) {
      const block = wireBlock(ipBlock, `${here}.ipBlock`);
      if (typeof block === 'string') unreadable.tell(block, 'everybody');
      else ipBlocks.push(block);
      continue;
    }
    const selected = groupSelector({ namespace, podSelector, namespaceSelector });
    if (selected && isBrokenGroup(selected)) {
      unreadable.tell(`${brokenSelectorIn(written, here)} ${brokenSelectorReason}`, 'everybody');
    } else if (selected) addressGroups.add(context.peers(selected));
  }
  if (addressGroups.size === 0 && ipBlocks.length === 0) return undefined;
  const peer: { -readonly [K in keyof NetworkPolicyPeer]: NetworkPolicyPeer[K] } = {};
  if (addressGroups.size > 0) peer.addressGroups = [...addressGroups];
  if (ipBlocks.length > 0) peer.ipBlocks = ipBlocks;
  return peer;
}
