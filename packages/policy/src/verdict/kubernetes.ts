import type {
  K8sNetworkPolicy,
  K8sPolicyPeer,
  NetworkPolicyReference,
  PolicyPort,
  RuleDirection,
} from '@antrea-ts/apis';
import type { DecidingRule, Intent } from './intent.js';
import { blockHas, portsMatch, type MatchedPeers } from './match-rule.js';
import type { Question } from './question.js';
import { hasAddress, isSelected, type Workload } from './workloads.js';

/** What Kubernetes NetworkPolicies say of a packet at one Pod. */
export interface KubernetesWord {
  /** Policies that select the Pod in this direction: where there is one, only what a rule allows passes. */
  readonly isolatedBy: readonly NetworkPolicyReference[];
  /** Rules that allow it: they add up. */
  readonly allowing: readonly DecidingRule[];
}

export function kubernetesWord(question: Question): KubernetesWord {
  const { direction, pod, intent } = question;
  const selecting = intent.k8sNetworkPolicies.filter(
    (policy) => isAbout(policy, direction) && isFor(policy, pod, intent),
  );
  const allowing = selecting.flatMap((policy) =>
    rulesOf(policy, direction).flatMap((rule, index): DecidingRule[] => {
      const peers = matchedPeers(rule.peers, policy.metadata.namespace ?? '', question);
      // What cannot be read allows nothing; the Pod stays isolated.
      if (!portsMatch(rule.ports, peers, question, 'nothing')) return [];
      return [{ policy: referenceTo(policy), direction, index, action: 'Allow' }];
    }),
  );
  return { isolatedBy: selecting.map(referenceTo), allowing };
}

interface WrittenRule {
  readonly peers: readonly K8sPolicyPeer[] | undefined;
  readonly ports: readonly PolicyPort[] | undefined;
}

function rulesOf({ spec }: K8sNetworkPolicy, direction: RuleDirection): WrittenRule[] {
  if (direction === 'In') return (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
  return (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
}

/** Without `policyTypes` a policy is about what comes in, and about what goes out if it has rules for that. */
function isAbout({ spec }: K8sNetworkPolicy, direction: RuleDirection): boolean {
  if (spec?.policyTypes?.length) return spec.policyTypes.includes(direction === 'In' ? 'Ingress' : 'Egress');
  return direction === 'In' || (spec?.egress ?? []).length > 0;
}

function isFor({ metadata, spec }: K8sNetworkPolicy, pod: Workload, intent: Intent): boolean {
  return isSelected({ podSelector: spec?.podSelector ?? {} }, pod, metadata.namespace ?? '', intent);
}

/** No peers: everybody. */
function matchedPeers(
  peers: readonly K8sPolicyPeer[] = [],
  home: string,
  { peer: address, intent, workloads }: Question,
): MatchedPeers {
  const there = workloads.filter((each) => hasAddress(each, address));
  if (peers.length === 0) return { byAddress: true, members: there.filter(({ kind }) => kind === 'pod') };
  return {
    byAddress: peers.some(({ ipBlock }) => ipBlock && blockHas(ipBlock, address)),
    members: there.filter((each) =>
      peers.some(({ ipBlock, ...selectors }) => !ipBlock && isSelected(selectors, each, home, intent)),
    ),
  };
}

function referenceTo({ metadata: { name, namespace = '', uid = '' } }: K8sNetworkPolicy): NetworkPolicyReference {
  return { type: 'K8sNetworkPolicy', namespace, name, uid };
}
