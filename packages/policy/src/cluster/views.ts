import type { ControlplaneNetworkPolicy, GroupMember } from '@antrea-ts/apis';
import type { MemberChanges } from './computed-group.js';
import type { PlacedMember } from './entity.js';
import type { ConvertedPolicy } from './converted-policy.js';
import type { Span } from './spans.js';

/** A computed policy; never changed, but replaced. Its name is the UID of the object it is made from. */
export interface PolicyView {
  readonly name: string;
  /** Undefined while nothing is known of its Nodes. */
  readonly span: Span;
  readonly policy: ConvertedPolicy;
  /** What agents are told. The same object as long as it is the same. */
  readonly wire: ControlplaneNetworkPolicy;
}

/** A computed group at a moment; `members` are those of now. */
export interface GroupView {
  readonly name: string;
  readonly uid: string;
  readonly span: Span;
  members(): readonly PlacedMember[];
  /** The same as agents are told of them; those on one Node, or all. */
  wireMembers(node?: string): readonly GroupMember[];
}

export interface PolicyChange {
  readonly before?: PolicyView;
  readonly after?: PolicyView;
}

export interface GroupChange {
  readonly before?: GroupView;
  readonly after?: GroupView;
  /** What came and went, where it is the same group before and after. */
  readonly members?: MemberChanges;
}

/** What differs since the last time. */
export interface ClusterChanges {
  readonly networkPolicies: readonly PolicyChange[];
  readonly appliedToGroups: readonly GroupChange[];
  readonly addressGroups: readonly GroupChange[];
  /** Names of ClusterGroups that came, went, or may stand for something else now. */
  readonly clusterGroups: readonly string[];
}
