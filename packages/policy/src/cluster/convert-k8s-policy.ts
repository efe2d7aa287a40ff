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
import { append } from './append.js';
import { brokenSelectorIn, brokenSelectorReason } from './broken-selector.js';
import type { ConversionContext, ConvertedPolicy } from './converted-policy.js';
import { groupSelector, isBrokenGroup, type GroupSelector } from './group-selector.js';
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
  const spec: Spec = problem ? { ...selectorOf(policy), policyTypes: bothTypes } : (policy.spec ?? {});
  const unreadable = new UnreadableParts({ denies: false });
  if (problem) unreadable.tell(`spec${problem.path} ${problem.what}`, 'everything');
  const rules = rulesOf(spec, { namespace, unreadable }, context);
  const selected = groupSelector({ namespace, podSelector: spec.podSelector ?? {} });
  const isNobody = selected !== undefined && isBrokenGroup(selected);
  return {
    source: { type: 'K8sNetworkPolicy', namespace, name, uid },
    generation: metadata.generation ?? 0,
    rules,
    appliedToGroups: selected && !isNobody ? [context.targets(selected)] : [],
    problems: isNobody
      ? [...unreadable.problems, leftOut(`spec.podSelector ${brokenSelectorReason}`, 'the policy applies to nobody')]
      : unreadable.problems,
  };
}

function selectorOf({ spec }: K8sNetworkPolicy): Pick<Spec, 'podSelector'> {
  return typeof spec === 'object' && spec.podSelector !== undefined ? { podSelector: spec.podSelector } : {};
}

const bothTypes: Spec['policyTypes'] & {} = ['Ingress', 'Egress'];
const ingressOnly: Spec['policyTypes'] & {} = ['Ingress'];

/** Where a policy stands. */
interface PolicyPlace {
  readonly namespace: string;
  readonly unreadable: UnreadableParts;
}

function rulesOf(spec: Spec, place: PolicyPlace, context: ConversionContext): readonly NetworkPolicyRule[] {
  const { policyTypes, ingress, egress } = spec;
  const types = policyTypes?.length ? policyTypes : egress?.length ? bothTypes : ingressOnly;
  const incoming = types.includes('Ingress') ? rulesOfDirection('In', ingress, place, context) : noRules;
  if (!types.includes('Egress')) return incoming;
  const outgoing = rulesOfDirection('Out', egress, place, context);
  return incoming.length === 0 ? outgoing : [...incoming, ...outgoing];
}

const noRules: readonly NetworkPolicyRule[] = [];
/** Without a peer a rule only isolates. Such rules are all the same one: policies that deny everything are frequent. */
const isolation = { In: allow('In', {}), Out: allow('Out', {}) };
const onlyIsolation = { In: [isolation.In], Out: [isolation.Out] };

function rulesOfDirection(
  direction: RuleDirection,
  written: readonly WrittenRule[] | undefined,
  { namespace, unreadable }: PolicyPlace,
  context: ConversionContext,
): readonly NetworkPolicyRule[] {
  if (!written?.length) return onlyIsolation[direction];
  return written.map(
    (rule, index) => ruleOf(rule, { direction, index, namespace, unreadable }, context) ?? isolation[direction],
  );
}

/** A rule that allows a peer. */
function allow(direction: RuleDirection, peer: NetworkPolicyPeer): NetworkPolicyRule {
  return direction === 'In'
    ? { direction, from: peer, priority: -1, action: 'Allow', enableLogging: false }
    : { direction, to: peer, priority: -1, action: 'Allow', enableLogging: false };
}

/** A rule of either direction, with the other side under the name of it. */
interface WrittenRule {
  readonly from?: readonly K8sPolicyPeer[];
  readonly to?: readonly K8sPolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

/** Where a rule stands. */
interface RulePlace extends PolicyPlace {
  readonly direction: RuleDirection;
  readonly index: number;
}

/** Made only for those who have something to say of it: most rules are as they must be. */
function fieldOf({ direction, index }: RulePlace): string {
  return `spec.${direction === 'In' ? 'ingress' : 'egress'}[${index}]`;
}

function peersFieldOf(place: RulePlace): string {
  return `${fieldOf(place)}.${place.direction === 'In' ? 'from' : 'to'}`;
}

function peerFieldOf(place: RulePlace, index: number): string {
  return `${peersFieldOf(place)}[${index}]`;
}

/** Undefined: nothing is left of the rule that could allow anything. */
function ruleOf(rule: WrittenRule, place: RulePlace, context: ConversionContext): NetworkPolicyRule | undefined {
  const { direction, unreadable } = place;
  if (typeof rule !== 'object' || rule === null) {
    unreadable.tell(`${fieldOf(place)} is no object`, 'everything');
    return undefined;
  }
  const services =
    rule.ports === undefined ? noServices : wireServices(rule.ports, `${fieldOf(place)}.ports`, unreadable);
  const peers = direction === 'In' ? rule.from : rule.to;
  if (!services) return undefined;
  const isAnybody = peers === undefined || (Array.isArray(peers) && peers.length === 0);
  const peer = isAnybody ? anyPeer(direction, services, context) : peerOf(peers, place, context);
  if (!peer) return undefined;
  const allowed = allow(direction, peer);
  return services.length > 0 ? { ...allowed, services } : allowed;
}

const noServices: readonly ControlplaneService[] = [];

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
  place: RulePlace,
  context: ConversionContext,
): NetworkPolicyPeer | undefined {
  if (!Array.isArray(peers)) {
    place.unreadable.tell(`${peersFieldOf(place)} is no list`, 'everybody');
    return undefined;
  }
  let addressGroups: string[] = [];
  let ipBlocks: ControlplaneIpBlock[] = [];
  for (let index = 0; index < peers.length; index += 1) {
    const read = readPeer(peers[index] as K8sPolicyPeer, index, place);
    if (read === undefined) continue;
    if ('cidr' in read) ipBlocks = append(ipBlocks, read);
    else addressGroups = append(addressGroups, context.peers(read));
  }
  if (addressGroups.length === 0) return ipBlocks.length > 0 ? { ipBlocks } : undefined;
  const groups = addressGroups.length > 1 ? [...new Set(addressGroups)] : addressGroups;
  return ipBlocks.length > 0 ? { addressGroups: groups, ipBlocks } : { addressGroups: groups };
}

/** Undefined: it cannot be read, which was told, or selects nothing. */
function readPeer(
  written: K8sPolicyPeer,
  index: number,
  place: RulePlace,
): ControlplaneIpBlock | GroupSelector | undefined {
  const problem = k8sPeerShape(written);
  if (problem) return refuse(`${peerFieldOf(place, index)}${problem.path} ${problem.what}`, place);
  const { ipBlock, podSelector, namespaceSelector } = written;
  if (ipBlock) {
    const block = wireBlock(ipBlock, `${peerFieldOf(place, index)}.ipBlock`);
    return typeof block === 'string' ? refuse(block, place) : block;
  }
  const selected = groupSelector({ namespace: place.namespace, podSelector, namespaceSelector });
  if (!selected || !isBrokenGroup(selected)) return selected;
  return refuse(`${brokenSelectorIn(written, peerFieldOf(place, index))} ${brokenSelectorReason}`, place);
}

function refuse(problem: string, { unreadable }: PolicyPlace): undefined {
  unreadable.tell(problem, 'everybody');
  return undefined;
}
