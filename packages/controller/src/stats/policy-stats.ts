import type {
  ControlplanePolicyStats,
  ControlplaneTrafficStats,
  NetworkPolicyReference,
  PolicyStats,
  PolicyType,
} from '@antrea-ts/apis';
import type { PolicyChange } from '@antrea-ts/policy';

interface Known {
  readonly source: NetworkPolicyReference;
  /** When counting began: with the policy, or with this controller. */
  readonly since: string;
  total: ControlplaneTrafficStats;
  /** Absent until a Node reports of one. */
  rules: Map<string, ControlplaneTrafficStats> | undefined;
}

const nothing: ControlplaneTrafficStats = { packets: 0, bytes: 0, sessions: 0 };

/**
 * Statistics of all policies, summed over the Nodes that report (Antrea 1.3, 2.17). A policy has them from the first
 * moment, at zero, until it is gone; one of the same name that comes later begins anew.
 */
export class PolicyStatsStore {
  readonly #policies = new Map<string, Known>();
  readonly #uids = new Map<string, string>();
  readonly #now: () => number;

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  /** Policies came and went. */
  policiesChanged(changes: readonly PolicyChange[]): void {
    for (const { before, after } of changes) if (before && !after) this.#forget(before.policy.source);
    const since = `${new Date(this.#now()).toISOString().slice(0, 19)}Z`;
    for (const { after } of changes)
      if (after && !this.#policies.has(after.policy.source.uid)) this.#begin(after.policy.source, since);
  }

  /** Adds what a Node reports. Of policies that are gone nothing is kept. */
  add(reported: readonly ControlplanePolicyStats[]): void {
    for (const { networkPolicy, trafficStats, ruleTrafficStats = [] } of reported) {
      const known = this.#policies.get(networkPolicy.uid);
      if (!known) continue;
      if (trafficStats) known.total = sum(known.total, trafficStats);
      // Agents before 1.3 count policies only: then the rules say nothing.
      if (trafficStats && trafficStats.bytes > 0) continue;
      for (const { name, trafficStats: ofRule } of ruleTrafficStats) {
        known.rules ??= new Map();
        known.rules.set(name, sum(known.rules.get(name) ?? nothing, ofRule));
        known.total = sum(known.total, ofRule);
      }
    }
  }

  /** All of a type, in a Namespace or (`''`) everywhere, in the order of their names. */
  list(type: PolicyType, namespace: string): PolicyStats[] {
    return [...this.#policies.values()]
      .filter(({ source }) => source.type === type && (namespace === '' || source.namespace === namespace))
      .sort((a, b) => compareText(keyOf(a.source), keyOf(b.source)))
      .map(statsObject);
  }

  get(type: PolicyType, namespace: string, name: string): PolicyStats | undefined {
    const known = this.#policies.get(this.#uids.get(`${type}:${namespace}/${name}`) ?? '');
    return known && statsObject(known);
  }

  #begin(source: NetworkPolicyReference, since: string): void {
    this.#policies.set(source.uid, { source, since, total: nothing, rules: undefined });
    this.#uids.set(keyOf(source), source.uid);
  }

  #forget(source: NetworkPolicyReference): void {
    this.#policies.delete(source.uid);
    if (this.#uids.get(keyOf(source)) === source.uid) this.#uids.delete(keyOf(source));
  }
}

function keyOf({ type, namespace = '', name }: NetworkPolicyReference): string {
  return `${type}:${namespace}/${name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sum(a: ControlplaneTrafficStats, b: ControlplaneTrafficStats): ControlplaneTrafficStats {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes, sessions: a.sessions + b.sessions };
}

function statsObject({ source, since, total, rules }: Known): PolicyStats {
  const { type, namespace, name, uid } = source;
  const ruleTrafficStats = [...(rules ?? [])].map(([rule, trafficStats]) => ({ name: rule, trafficStats }));
  return {
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, creationTimestamp: since },
    trafficStats: total,
    ...(type === 'K8sNetworkPolicy' || ruleTrafficStats.length === 0 ? {} : { ruleTrafficStats }),
  };
}
