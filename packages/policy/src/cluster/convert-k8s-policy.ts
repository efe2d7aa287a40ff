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
import type { ConversionContext, ConvertedPolicy } from './converted-policy.js';
import { groupSelector } from './group-selector.js';
import { k8sRuleShape, k8sSpecShape } from './object-shapes.js';
import { anywhere, assertShape, UnusableRule, wireBlock } from './wire-blocks.js';
import { hasNamedPort, wireServices } from './wire-services.js';

type Spec = NonNullable<K8sNetworkPolicy['spec']>;

/** Pods of every Namespace: through them names of ports resolve where no peer is given. */
const allPods = groupSelector({ namespace: '', namespaceSelector: {} })!;

/**
 * A Kubernetes NetworkPolicy (Antrea 1.3, 2.4). Each direction that it is about has at least one rule, which isolates
 * also where it allows nothing: so does one that is refused.
 */
export function convertK8sPolicy(policy: K8sNetworkPolicy, context: ConversionContext): ConvertedPolicy {
  const { metadata } = policy;
  const { name, namespace = '', uid = '' } = metadata;
  const problem = k8sSpecShape(policy.spec ?? {});
  let problems = problem ? [`spec${problem.path} ${problem.what}`] : noProblems;
  // Of a spec that is not as it must be only the Pods are known: they are isolated.
  const spec: Spec = problem ? { ...selectorOf(policy), policyTypes: ['Ingress', 'Egress'] } : (policy.spec ?? {});
  const rulesOf = (direction: RuleDirection): readonly NetworkPolicyRule[] => {
    const field = direction === 'In' ? 'spec.ingress' : 'spec.egress';
    const written: readonly WrittenRule[] = (direction === 'In' ? spec.ingress : spec.egress) ?? [];
    if (written.length === 0) return [isolation(direction)];
    return written.map((rule, index) => {
      try {
        return ruleOf(direction, rule, { field: `${field}[${index}]`, namespace }, context);
      } catch (error) {
        if (!(error instanceof UnusableRule)) throw error;
        problems = [...problems, error.message];
        return isolation(direction);
      }
    });
  };
  const lists = directionsOf(spec).map(rulesOf);
  const selected = groupSelector({ namespace, podSelector: spec.podSelector ?? {} });
  return {
    source: { type: 'K8sNetworkPolicy', namespace, name, uid },
    generation: metadata.generation ?? 0,
    rules: lists.length === 1 ? lists[0]! : lists.flat(),
    appliedToGroups: selected ? [context.targets(selected)] : [],
    problems,
  };
}

const noProblems: readonly string[] = [];

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

function ruleOf(
  direction: RuleDirection,
  rule: WrittenRule,
  { field, namespace }: { readonly field: string; readonly namespace: string },
  context: ConversionContext,
): NetworkPolicyRule {
  assertShape(k8sRuleShape, rule, field);
  const { from, to, ports } = rule;
  const services = wireServices(ports, `${field}.ports`);
  const peers = direction === 'In' ? from : to;
  const peer = peers?.length
    ? peerOf(peers, `${field}.${direction === 'In' ? 'from' : 'to'}`, namespace, context)
    : anyPeer(direction, services, context);
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
  field: string,
  namespace: string,
  context: ConversionContext,
): NetworkPolicyPeer {
  // First what can be refused: a group that a refused rule names would be computed for nothing.
  const ipBlocks: ControlplaneIpBlock[] = [];
  for (const [index, { ipBlock }] of peers.entries()) {
    if (ipBlock) ipBlocks.push(wireBlock(ipBlock, `${field}[${index}].ipBlock`));
  }
  const addressGroups = new Set<string>();
  for (const { ipBlock, podSelector, namespaceSelector } of peers) {
    const selected = ipBlock ? undefined : groupSelector({ namespace, podSelector, namespaceSelector });
    if (selected) addressGroups.add(context.peers(selected));
  }
  const peer: { -readonly [K in keyof NetworkPolicyPeer]: NetworkPolicyPeer[K] } = {};
  if (addressGroups.size > 0) peer.addressGroups = [...addressGroups];
  if (ipBlocks.length > 0) peer.ipBlocks = ipBlocks;
  return peer;
}
