/**
 * Messages of `controlplane.antrea.io/v1beta2`, as their JSON is on the wire between controller and agents of Antrea
 * 1.3. IP addresses are bytes there, in base64: 4 or 16 of them, and an IPv4 address may come as 16
 * (`::ffff:a.b.c.d`).
 */
export const controlplaneApiVersion = 'controlplane.antrea.io/v1beta2';

export interface ControlplaneMeta {
  readonly name: string;
  readonly uid?: string;
  readonly namespace?: string;
  readonly creationTimestamp?: string | null;
}

export interface PodReference {
  readonly name: string;
  readonly namespace: string;
}

/** A container port that has a name. `protocol` is TCP, UDP or SCTP. */
export interface NamedPort {
  readonly port: number;
  readonly name: string;
  readonly protocol: string;
}

/** A Pod or an ExternalEntity in a group; known by its reference and addresses. */
export interface GroupMember {
  readonly pod?: PodReference;
  readonly externalEntity?: PodReference;
  /** Base64 of the address bytes. */
  readonly ips?: readonly string[];
  readonly ports?: readonly NamedPort[];
}

/** An AppliedToGroup, AddressGroup or EgressGroup; of the first and last an agent sees the members of its Node. */
export interface ControlplaneGroup {
  readonly metadata: ControlplaneMeta;
  readonly groupMembers?: readonly GroupMember[];
}

/** What a MODIFIED event of a group carries. */
export interface ControlplaneGroupPatch {
  readonly metadata: ControlplaneMeta;
  readonly addedGroupMembers?: readonly GroupMember[];
  readonly removedGroupMembers?: readonly GroupMember[];
}

export type PolicyType = 'K8sNetworkPolicy' | 'AntreaClusterNetworkPolicy' | 'AntreaNetworkPolicy';
export type RuleDirection = 'In' | 'Out';
export type RuleAction = 'Allow' | 'Drop' | 'Reject';

/** The object that a user wrote. `namespace` is absent for ClusterNetworkPolicies. */
export interface NetworkPolicyReference {
  readonly type: PolicyType;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
}

/** The computed form of one policy, for the Nodes of its span. Its name is the UID of the object that a user wrote. */
export interface ControlplaneNetworkPolicy {
  readonly metadata: ControlplaneMeta & { readonly generation?: number };
  readonly rules?: readonly NetworkPolicyRule[];
  /** Names of AppliedToGroups; absent where each rule has its own. */
  readonly appliedToGroups?: readonly string[];
  /** Absent for Kubernetes NetworkPolicies. */
  readonly priority?: number;
  readonly tierPriority?: number;
  readonly sourceRef?: NetworkPolicyReference;
}

export interface NetworkPolicyRule {
  readonly direction: RuleDirection;
  readonly from?: NetworkPolicyPeer;
  readonly to?: NetworkPolicyPeer;
  readonly services?: readonly ControlplaneService[];
  /** Index of the rule within its direction; -1 for Kubernetes NetworkPolicies. */
  readonly priority?: number;
  readonly action?: RuleAction;
  readonly enableLogging: boolean;
  readonly appliedToGroups?: readonly string[];
  readonly name?: string;
}

/** Nothing in it matches nothing. */
export interface NetworkPolicyPeer {
  readonly addressGroups?: readonly string[];
  readonly ipBlocks?: readonly ControlplaneIpBlock[];
  readonly fqdns?: readonly string[];
}

export interface ControlplaneIpBlock {
  readonly cidr: ControlplaneIpNet;
  readonly except?: readonly ControlplaneIpNet[];
}

/** `ip` is base64; the prefix length counts bits of the family: an IPv4 net has at most 32, however many bytes come. */
export interface ControlplaneIpNet {
  readonly ip: string;
  readonly prefixLength: number;
}

/** A port that is text is the name of a container port, which each member of the group may give another number. */
export interface ControlplaneService {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** What an agent reports of one policy: the generation that its switch acknowledged. */
export interface ControlplaneNetworkPolicyStatus {
  readonly metadata: ControlplaneMeta;
  readonly nodes: readonly { readonly nodeName: string; readonly generation: number }[];
}

export interface ControlplaneTrafficStats {
  readonly packets: number;
  readonly bytes: number;
  readonly sessions: number;
}

export interface ControlplanePolicyStats {
  readonly networkPolicy: NetworkPolicyReference;
  readonly trafficStats?: ControlplaneTrafficStats;
  readonly ruleTrafficStats?: readonly { readonly name: string; readonly trafficStats: ControlplaneTrafficStats }[];
}

/** What an agent reports of its policies' traffic since its last report. */
export interface NodeStatsSummary {
  readonly metadata: ControlplaneMeta;
  readonly networkPolicies?: readonly ControlplanePolicyStats[];
  readonly antreaClusterNetworkPolicies?: readonly ControlplanePolicyStats[];
  readonly antreaNetworkPolicies?: readonly ControlplanePolicyStats[];
}

export interface ClusterGroupMembers {
  readonly metadata: ControlplaneMeta;
  readonly effectiveMembers: readonly GroupMember[];
  readonly effectiveIPBlocks: readonly ControlplaneIpNet[];
}

export interface GroupAssociation {
  readonly metadata: ControlplaneMeta;
  readonly associatedGroups: readonly { readonly namespace?: string; readonly name: string; readonly uid: string }[];
}

/**
 * What applies to a Pod on a Node. Not of 1.3: agents ask before a new Pod may begin, and wait until all that is named
 * has reached them.
 */
export interface PodPolicies {
  readonly metadata: ControlplaneMeta;
  /** False while the controller has not seen the Pod on that Node: then nothing can be said of it. */
  readonly isKnown: boolean;
  /** Names of policies, as they are watched. */
  readonly policies: readonly string[];
  /** Names of AppliedToGroups that have the Pod. */
  readonly appliedToGroups: readonly string[];
}

/** Version of `stats.antrea.io`, in which the controller serves what agents reported. */
export const statsApiVersion = 'stats.antrea.io/v1alpha1';

/** What was counted for one policy since the controller knows it; of the policy's name. */
export interface PolicyStats {
  readonly metadata: ControlplaneMeta;
  readonly trafficStats: ControlplaneTrafficStats;
  /** Only of Antrea policies. */
  readonly ruleTrafficStats?: readonly { readonly name: string; readonly trafficStats: ControlplaneTrafficStats }[];
}
