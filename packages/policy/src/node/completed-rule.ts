import type {
  ControlplaneService,
  NamedPort,
  NetworkPolicyReference,
  PodReference,
  RuleAction,
  RuleDirection,
} from '@antrea-ts/apis';
import type { Cidr, IpAddress } from '@antrea-ts/net-types';

/** Where an Antrea rule stands among others: smaller is more important, tier before policy before rule. */
export interface RulePriority {
  readonly tier: number;
  readonly policy: number;
  readonly rule: number;
}

/** A member of a group, read once: the same object wherever rules share the group. */
export interface RuleMember {
  /** Of all that is in it: a member whose address changed is another member. */
  readonly key: string;
  readonly pod?: PodReference;
  readonly externalEntity?: PodReference;
  readonly addresses: readonly IpAddress[];
  readonly ports: readonly NamedPort[];
}

/** A block of addresses without the excepted ones. */
export interface RuleIpBlock {
  readonly cidr: Cidr;
  readonly except: readonly Cidr[];
}

/** What of a rule never changes: another text is another rule, under another id. */
export interface RuleText {
  readonly id: string;
  readonly policy: NetworkPolicyReference;
  readonly name: string;
  readonly direction: RuleDirection;
  readonly action: RuleAction;
  readonly enableLogging: boolean;
  /** Absent for rules of Kubernetes NetworkPolicies. */
  readonly priority?: RulePriority;
  /** Empty: every protocol and port. */
  readonly services: readonly ControlplaneService[];
}

/** A rule with everything in it that one Node needs to enforce it. */
export interface CompletedRule extends RuleText {
  /**
   * Pods of this Node that the rule is for. A member that is in two groups of the rule is listed twice, here and in
   * the peers: so each group comes and goes on its own.
   */
  readonly targets: readonly RuleMember[];
  /** The other side: members of AddressGroups, blocks of addresses, names. Nothing in them matches nothing. */
  readonly peers: {
    readonly members: readonly RuleMember[];
    readonly ipBlocks: readonly RuleIpBlock[];
    readonly fqdns: readonly string[];
  };
}

/** Members that came and went in the groups of one rule. */
export interface RulePatch {
  readonly id: string;
  readonly addedTargets: readonly RuleMember[];
  readonly removedTargets: readonly RuleMember[];
  readonly addedMembers: readonly RuleMember[];
  readonly removedMembers: readonly RuleMember[];
}

/** What changed in the rules of a Node. A rule is in one of the three only. */
export interface RuleChanges {
  readonly added: readonly CompletedRule[];
  readonly patched: readonly RulePatch[];
  readonly removed: readonly string[];
}
