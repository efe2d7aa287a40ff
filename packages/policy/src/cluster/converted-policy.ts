import type { NetworkPolicyReference, NetworkPolicyRule } from '@antrea-ts/apis';
import type { GroupSelector } from './group-selector.js';
import type { Selector } from './selector.js';
import type { PolicyProblem } from './unreadable.js';

/** A policy in the terms of the control plane: what its object says, with groups by their names. */
export interface ConvertedPolicy {
  readonly source: NetworkPolicyReference;
  readonly generation: number;
  readonly priority?: number;
  readonly tierPriority?: number;
  readonly rules: readonly NetworkPolicyRule[];
  /** Absent where each rule has its own. */
  readonly appliedToGroups?: readonly string[];
  /** What cannot be read, and what became of it. */
  readonly problems: readonly PolicyProblem[];
  /** Names of ClusterGroups that it refers to and that are not there (yet); absent where there are none. */
  readonly missingGroups?: readonly string[];
  /** The tier that it refers to and that is not there (yet); absent where it is. */
  readonly missingTier?: string;
}

/** What a ClusterGroup stands for. */
export type ResolvedClusterGroup =
  /** `cidrs`: blocks among the children of a group; they are peers, and nothing can be applied to them. */
  | { readonly kind: 'members'; readonly selectors: readonly GroupSelector[]; readonly cidrs: readonly string[] }
  | { readonly kind: 'ipBlocks'; readonly cidrs: readonly string[] }
  /** Not there (yet), or nothing selects: contributes nothing. */
  | { readonly kind: 'nothing' };

/** What a conversion asks of the state around it; every answer is remembered as something the policy depends on. */
export interface ConversionContext {
  /** Name of the AppliedToGroup of a selector. */
  targets(selector: GroupSelector): string;
  /** Name of the AddressGroup of a selector. */
  peers(selector: GroupSelector): string;
  clusterGroup(name: string): ResolvedClusterGroup;
  /** What in a ClusterGroup or its children cannot be read: a part that names the field. */
  clusterGroupProblem(name: string): string | undefined;
  /** Name of a ClusterGroup as the group of a role; it has members. */
  clusterGroupAs(name: string, role: 'targets' | 'peers'): string;
  tierPriority(tier: string): number;
  /** Names of the Namespaces that a selector selects. */
  namespaces(selector: Selector): readonly string[];
}
