import type {
  AntreaPolicy,
  ClusterGroup,
  ExternalEntity,
  K8sNetworkPolicy,
  Namespace,
  NetworkPolicyReference,
  Pod,
  RuleAction,
  RuleDirection,
  Service,
  Tier,
} from '@antrea-ts/apis';
import type { IpAddress } from '@antrea-ts/net-types';

/** All that a verdict depends on, as users wrote it. */
export interface Intent {
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly externalEntities: readonly ExternalEntity[];
  readonly services: readonly Service[];
  readonly k8sNetworkPolicies: readonly K8sNetworkPolicy[];
  readonly antreaNetworkPolicies: readonly AntreaPolicy[];
  readonly clusterNetworkPolicies: readonly AntreaPolicy[];
  readonly tiers: readonly Tier[];
  readonly clusterGroups: readonly ClusterGroup[];
}

export type PacketProtocol = 'TCP' | 'UDP' | 'SCTP' | 'ICMP';

/** The first packet of a connection, after Service translation. Both addresses are of one family. */
export interface Packet {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** ICMP is also that of IPv6. */
  readonly protocol: PacketProtocol;
  /** Absent for ICMP. */
  readonly port?: number;
  /** Where a Node itself sends it, and no Pod with a network of its own: kubelet, Pods on the host's network. */
  readonly sourceNode?: string;
}

/** A rule, by what its user wrote. */
export interface DecidingRule {
  readonly policy: NetworkPolicyReference;
  readonly direction: RuleDirection;
  /** Among the policy's rules of that direction. */
  readonly index: number;
  readonly name?: string;
  readonly action: RuleAction;
  /** Absent for Kubernetes NetworkPolicies. */
  readonly tier?: { readonly name: string; readonly priority: number };
  readonly priority?: number;
}

/** What was decided at one end, and by what. */
export interface Decision {
  readonly direction: RuleDirection;
  /** The Pod at that end, `namespace/name`, and its Node. */
  readonly pod: string;
  readonly node: string;
  readonly action: RuleAction;
  /**
   * `rule`: the first that matches. `isolation`: Kubernetes policies select the Pod, and none of them allows the packet.
   * `bypass`: no policy is asked. `none`: no policy has anything to say.
   */
  readonly by: 'rule' | 'isolation' | 'bypass' | 'none';
  /** Rules that decide alike: several where their order says nothing, or where all of them allow. */
  readonly rules: readonly DecidingRule[];
  /** With `isolation`: the policies that select the Pod. */
  readonly isolatedBy: readonly NetworkPolicyReference[];
  /** With `bypass`: why. */
  readonly reason?: string;
}

/** What becomes of a packet. */
export interface Verdict {
  readonly action: RuleAction;
  /** Of the Pod that sends; absent where it is none. */
  readonly egress?: Decision;
  /** Of the Pod that receives; absent where it is none, or the packet does not get so far. */
  readonly ingress?: Decision;
}
