import type {
  ControlplaneService,
  GroupMember,
  NetworkPolicyReference,
  RuleAction,
  RuleDirection,
} from '@antrea-ts/apis';
import type { Cidr } from '@antrea-ts/net-types';

/** Where an Antrea rule stands among others: smaller is more important, tier before policy before rule. */
export interface RulePriority {
  readonly tier: number;
  readonly policy: number;
  readonly rule: number;
}

/** A rule with everything in it that one Node needs to enforce it. */
export interface CompletedRule {
  /** Of the rule's text: a changed rule is another rule; members come and go under the same id. */
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
  /** Pods of this Node that the rule is for. */
  readonly targets: readonly GroupMember[];
  /** The other side: members of AddressGroups, blocks of addresses, names. Nothing in them matches nothing. */
  readonly peers: {
    readonly members: readonly GroupMember[];
    readonly ipBlocks: readonly { readonly cidr: Cidr; readonly except: readonly Cidr[] }[];
    readonly fqdns: readonly string[];
  };
}
