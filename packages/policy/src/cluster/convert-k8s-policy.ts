import type {
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
import { anywhere, UnusableRule, wireBlock } from './wire-blocks.js';
import { hasNamedPort, wireServices } from './wire-services.js';

/** Pods of every Namespace: through them names of ports resolve where no peer is given. */
const allPods = groupSelector({ namespace: '', namespaceSelector: {} })!;

/**
 * A Kubernetes NetworkPolicy (Antrea 1.3, 2.4). Each direction that it is about has at least one rule, which isolates
 * also where it allows nothing: so does one that is refused.
 */
export function convertK8sPolicy(policy: K8sNetworkPolicy, context: ConversionContext): ConvertedPolicy {
  const { metadata, spec = {} } = policy;
  const { name, namespace = '', uid = '' } = metadata;
  const problems: string[] = [];
  const rules: NetworkPolicyRule[] = [];
  for (const direction of directionsOf(policy)) {
    const field = direction === 'In' ? 'spec.ingress' : 'spec.egress';
    const written =
      direction === 'In'
        ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
        : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
    if (written.length === 0) rules.push(isolation(direction));
    for (const [index, { peers, ports }] of written.entries()) {
      try {
        rules.push(ruleOf(direction, { peers, ports, field: `${field}[${index}]`, namespace }, context));
      } catch (error) {
        if (!(error instanceof UnusableRule)) throw error;
        problems.push(error.message);
        rules.push(isolation(direction));
      }
    }
  }
  const selected = groupSelector({ namespace, podSelector: spec.podSelector ?? {} });
  return {
    source: { type: 'K8sNetworkPolicy', namespace, name, uid },
    generation: metadata.generation ?? 0,
    rules: rules.slice(),
    appliedToGroups: selected ? [context.targets(selected)] : [],
    problems: problems.length > 0 ? problems : noProblems,
  };
}

const noProblems: readonly string[] = [];

function directionsOf({ spec }: K8sNetworkPolicy): RuleDirection[] {
  const types = spec?.policyTypes?.length ? spec.policyTypes : ['Ingress', ...(spec?.egress?.length ? ['Egress'] : [])];
  return [
    ...(types.includes('Ingress') ? (['In'] as const) : []),
    ...(types.includes('Egress') ? (['Out'] as const) : []),
  ];
}

function isolation(direction: RuleDirection): NetworkPolicyRule {
  return { direction, ...side(direction, {}), priority: -1, action: 'Allow', enableLogging: false };
}

function side(direction: RuleDirection, peer: NetworkPolicyPeer): Pick<NetworkPolicyRule, 'from' | 'to'> {
  return direction === 'In' ? { from: peer } : { to: peer };
}

interface WrittenRule {
  readonly peers: readonly K8sPolicyPeer[] | undefined;
  readonly ports: readonly PolicyPort[] | undefined;
  readonly field: string;
  readonly namespace: string;
}

function ruleOf(direction: RuleDirection, written: WrittenRule, context: ConversionContext): NetworkPolicyRule {
  const { peers = [], ports, field, namespace } = written;
  const services = wireServices(ports, `${field}.ports`);
  const peer =
    peers.length === 0
      ? anyPeer(direction, services, context)
      : peerOf(peers, `${field}.${direction === 'In' ? 'from' : 'to'}`, namespace, context);
  return { ...isolation(direction), ...side(direction, peer), ...(services.length > 0 ? { services } : {}) };
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
  const ipBlocks = peers.flatMap(({ ipBlock }, index) =>
    ipBlock ? [wireBlock(ipBlock, `${field}[${index}].ipBlock`)] : [],
  );
  const addressGroups = peers.flatMap(({ ipBlock, podSelector, namespaceSelector }) => {
    const selected = ipBlock ? undefined : groupSelector({ namespace, podSelector, namespaceSelector });
    return selected ? [context.peers(selected)] : [];
  });
  return {
    ...(addressGroups.length > 0 ? { addressGroups: [...new Set(addressGroups)] } : {}),
    ...(ipBlocks.length > 0 ? { ipBlocks } : {}),
  };
}
