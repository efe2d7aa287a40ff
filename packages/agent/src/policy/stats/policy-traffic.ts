import type { ControlplanePolicyStats, NetworkPolicyReference, NodeStatsSummary } from '@antrea-ts/apis';
import type { RuleText } from '@antrea-ts/policy';
import { addTraffic, type Traffic } from './flow-counters.js';

/** The message of one Node, of this moment: it is no object that is kept. */
export type NodeSummary = NodeStatsSummary & {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: never };
};

/** Traffic of policies that was counted and not reported yet, by rule. */
export class PolicyTraffic {
  readonly #policies = new Map<
    string,
    { readonly policy: NetworkPolicyReference; readonly rules: Map<string, Traffic> }
  >();

  add({ policy, name }: Pick<RuleText, 'policy' | 'name'>, traffic: Traffic): void {
    const known = this.#policies.get(policy.uid) ?? { policy, rules: new Map<string, Traffic>() };
    this.#policies.set(policy.uid, known);
    const before = known.rules.get(name);
    known.rules.set(name, before ? addTraffic(before, traffic) : traffic);
  }

  /** Adds what another one holds. */
  addAll(other: PolicyTraffic): void {
    for (const { policy, rules } of other.#policies.values()) {
      for (const [name, traffic] of rules) this.add({ policy, name }, traffic);
    }
  }

  /** What a Node reports: sums of Kubernetes policies, rules of Antrea policies (1.3). Undefined where there is nothing. */
  summary(nodeName: string): NodeSummary | undefined {
    if (this.#policies.size === 0) return undefined;
    const ofType = (type: NetworkPolicyReference['type']): ControlplanePolicyStats[] =>
      [...this.#policies.values()].filter(({ policy }) => policy.type === type).map(statsOf);
    return {
      metadata: { name: nodeName },
      networkPolicies: ofType('K8sNetworkPolicy'),
      antreaClusterNetworkPolicies: ofType('AntreaClusterNetworkPolicy'),
      antreaNetworkPolicies: ofType('AntreaNetworkPolicy'),
    };
  }
}

function statsOf({
  policy,
  rules,
}: {
  readonly policy: NetworkPolicyReference;
  readonly rules: ReadonlyMap<string, Traffic>;
}): ControlplanePolicyStats {
  if (policy.type === 'K8sNetworkPolicy') {
    return { networkPolicy: policy, trafficStats: [...rules.values()].reduce(addTraffic) };
  }
  return {
    networkPolicy: policy,
    ruleTrafficStats: [...rules].map(([name, trafficStats]) => ({ name, trafficStats })),
  };
}
