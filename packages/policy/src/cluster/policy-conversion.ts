import type { AntreaPolicy } from '@antrea-ts/apis';
import { append } from './append.js';
import type { ClusterState } from './cluster-state.js';
import { convertAntreaPolicy } from './convert-antrea-policy.js';
import { convertK8sPolicy } from './convert-k8s-policy.js';
import type { ConversionContext, ConvertedPolicy, ResolvedClusterGroup } from './converted-policy.js';
import type { ComputedGroup, GroupRole } from './computed-group.js';
import type { GroupSelector } from './group-selector.js';
import type { PolicyDependencies, PolicyNode } from './policy-node.js';
import type { Selector } from './selector.js';
import { defaultTierPriority, tierName } from './tiers.js';

/** One conversion of a policy: what it becomes, and everything that it asked for on the way. */
export class PolicyConversion implements ConversionContext {
  readonly #node: PolicyNode;
  readonly #state: ClusterState;
  #groups: ComputedGroup[] = [];
  #clusterGroups: Set<string> | undefined;
  #selections: Map<string, Selector> | undefined;
  #tier: string | undefined;

  constructor(node: PolicyNode, state: ClusterState) {
    this.#node = node;
    this.#state = state;
  }

  /** Writes the result into the policy's node, which is a user of each group that it names. */
  run(): void {
    const node = this.#node;
    node.converted = this.#withMissing(this.#convert());
    node.groups = this.#groups;
    node.dependencies = this.#dependencies();
  }

  targets(selector: GroupSelector): string {
    return this.#use(this.#state.registry.ofSelector('targets', selector));
  }

  peers(selector: GroupSelector): string {
    return this.#use(this.#state.registry.ofSelector('peers', selector));
  }

  clusterGroup(name: string): ResolvedClusterGroup {
    this.#clusterGroups ??= new Set();
    this.#clusterGroups.add(name);
    return this.#state.clusterGroups.resolve(name);
  }

  clusterGroupProblem(name: string): string | undefined {
    this.#clusterGroups ??= new Set();
    this.#clusterGroups.add(name);
    return this.#state.clusterGroups.problemOf(name);
  }

  clusterGroupAs(name: string, role: GroupRole): string {
    const { clusterGroups, registry } = this.#state;
    const resolved = clusterGroups.resolve(name);
    const uid = clusterGroups.get(name)?.metadata.uid ?? name;
    const selectors = resolved.kind === 'members' ? resolved.selectors : [];
    return this.#use(registry.ofClusterGroup(role, { name, uid }, selectors));
  }

  tierPriority(written: string): number {
    if (written === '') return defaultTierPriority;
    this.#tier = tierName(written);
    return this.#state.tiers.get(this.#tier) ?? defaultTierPriority;
  }

  namespaces(selector: Selector): readonly string[] {
    this.#selections ??= new Map();
    this.#selections.set(selector.text, selector);
    const selected = [...this.#state.namespaces].filter(([, labels]) => selector.matches(labels));
    return selected.map(([name]) => name).sort();
  }

  #withMissing(converted: ConvertedPolicy): ConvertedPolicy {
    const { clusterGroups, tiers } = this.#state;
    const tier = this.#tier;
    const withTier = tier === undefined || tiers.has(tier) ? converted : { ...converted, missingTier: tier };
    if (!this.#clusterGroups) return withTier;
    const missingGroups = [...this.#clusterGroups].filter((name) => !clusterGroups.isThere(name)).sort();
    return missingGroups.length === 0 ? withTier : { ...withTier, missingGroups };
  }

  #dependencies(): PolicyDependencies | undefined {
    const [clusterGroups, selections, tier] = [this.#clusterGroups, this.#selections, this.#tier];
    if (!clusterGroups && !selections && tier === undefined) return undefined;
    return { clusterGroups: clusterGroups ?? new Set(), tier, selections: [...(selections?.values() ?? [])] };
  }

  #use(group: ComputedGroup): string {
    if (!this.#groups.includes(group)) this.#groups = append(this.#groups, group);
    group.users.add(this.#node);
    return group.name;
  }

  #convert(): ConvertedPolicy {
    const { kind, object } = this.#node;
    if (kind === 'k8sNetworkPolicy') return convertK8sPolicy(object, this);
    const home = kind === 'clusterNetworkPolicy' ? '' : (object.metadata.namespace ?? '');
    return convertAntreaPolicy(object as AntreaPolicy, home, this);
  }
}
