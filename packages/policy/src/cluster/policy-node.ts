import type { AntreaPolicy, K8sNetworkPolicy } from '@antrea-ts/apis';
import type { ComputedGroup } from './computed-group.js';
import type { ConvertedPolicy } from './converted-policy.js';
import { addTo, removeFrom } from './multi-map.js';
import type { Labels, Selector } from './selector.js';
import type { PolicyView } from './views.js';

export type PolicyKind = 'k8sNetworkPolicy' | 'antreaNetworkPolicy' | 'clusterNetworkPolicy';

/** What else than groups a conversion asked for: when that changes, the policy is converted again. */
export interface PolicyDependencies {
  readonly clusterGroups: ReadonlySet<string>;
  readonly tier: string | undefined;
  /** Selectors of Namespaces. */
  readonly selections: readonly Selector[];
}

const noGroups: readonly ComputedGroup[] = [];

/** A policy object and what was made of it. */
export class PolicyNode {
  readonly kind: PolicyKind;
  readonly uid: string;
  readonly object: K8sNetworkPolicy | AntreaPolicy;
  /** Those that it names; it is one of their users. */
  groups: readonly ComputedGroup[] = noGroups;
  /** Most policies have none. */
  dependencies: PolicyDependencies | undefined = undefined;
  /** Undefined once the policy is gone. */
  converted: ConvertedPolicy | undefined = undefined;
  /** What was told of it last. */
  view: PolicyView | undefined = undefined;
  /** Whether it is among those that the next computation looks at. */
  isListed = false;

  constructor(kind: PolicyKind, uid: string, object: K8sNetworkPolicy | AntreaPolicy) {
    this.kind = kind;
    this.uid = uid;
    this.object = object;
  }

  forget(): void {
    this.groups = noGroups;
    this.dependencies = undefined;
    this.converted = undefined;
    this.isListed = false;
  }
}

/** Finds the policies that depend on something which changed. */
export class PolicyLinks {
  readonly #byClusterGroup = new Map<string, Set<PolicyNode>>();
  readonly #byTier = new Map<string, Set<PolicyNode>>();
  readonly #bySelection = new Set<PolicyNode>();

  add(node: PolicyNode): void {
    if (!node.dependencies) return;
    const { clusterGroups, tier, selections } = node.dependencies;
    for (const name of clusterGroups) addTo(this.#byClusterGroup, name, node);
    if (tier !== undefined) addTo(this.#byTier, tier, node);
    if (selections.length > 0) this.#bySelection.add(node);
  }

  remove(node: PolicyNode): void {
    if (!node.dependencies) return;
    const { clusterGroups, tier } = node.dependencies;
    for (const name of clusterGroups) removeFrom(this.#byClusterGroup, name, node);
    if (tier !== undefined) removeFrom(this.#byTier, tier, node);
    this.#bySelection.delete(node);
  }

  ofClusterGroup(name: string): Iterable<PolicyNode> {
    return this.#byClusterGroup.get(name) ?? [];
  }

  ofTier(name: string): Iterable<PolicyNode> {
    return this.#byTier.get(name) ?? [];
  }

  /** Those whose selectors see a Namespace otherwise than before. */
  ofNamespace(before: Labels | undefined, after: Labels | undefined): PolicyNode[] {
    const sees = (selector: Selector, labels: Labels | undefined): boolean =>
      labels !== undefined && selector.matches(labels);
    return [...this.#bySelection].filter(({ dependencies }) =>
      dependencies?.selections.some((selector) => sees(selector, before) !== sees(selector, after)),
    );
  }
}
