import type { InfoCondition, InfoReference, NetworkPolicyControllerInfo } from './component-info.js';
import type { NetworkPolicyReference, RuleAction, RuleDirection } from './controlplane.js';
import type { ObjectMeta } from './kubernetes.js';

/** Answers of the components' own paths (Antrea 1.3), which antctl shows. */

/** One element of the agent's `/podinterfaces`: how a local Pod is connected. */
export interface PodInterfaceInfo {
  readonly name: string;
  readonly podNamespace: string;
  readonly interfaceName: string;
  readonly ips: readonly string[];
  readonly mac: string;
  readonly portUUID: string;
  readonly ofPort: number;
  readonly containerID: string;
}

/** One element of the agent's `/ovsflows`: a flow or a group in the words of `ovs-ofctl`. */
export interface OvsFlowLine {
  readonly flow: string;
}

/** The agent's `/ovstracing`: what the switch would do with a packet, in its words. */
export interface OvsTracingResult {
  readonly result: string;
}

/** One element of `/featuregates`. */
export interface FeatureGateStatus {
  readonly component: 'agent' | 'controller';
  readonly name: string;
  readonly status: 'Enabled' | 'Disabled';
  /** `Alpha`, `Beta`… */
  readonly version: string;
}

/** `/version`, as of Kubernetes' API servers. */
export interface ComponentVersion {
  readonly gitVersion: string;
  readonly gitCommit?: string;
  readonly gitTreeState?: string;
}

/** AntreaControllerInfo, also `controllerinfos` of `system.antrea.io/v1beta1`. */
export interface AntreaControllerInfo {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly version: string;
  readonly podRef: InfoReference;
  readonly nodeRef: InfoReference;
  readonly serviceRef: InfoReference;
  readonly networkPolicyControllerInfo: NetworkPolicyControllerInfo;
  readonly connectedAgentNum: number;
  readonly controllerConditions: readonly InfoCondition<'ControllerHealthy'>[];
  readonly apiPort: number;
}

/** The controller's `/endpoint`: which policies concern Pods. */
export interface EndpointQueryAnswer {
  readonly endpoints: readonly EndpointPolicies[];
}

export interface EndpointPolicies {
  readonly namespace: string;
  readonly name: string;
  /** Policies that apply to the Pod. */
  readonly policies: readonly EndpointPolicy[];
  /** Rules that have the Pod as a peer. */
  readonly rules: readonly EndpointRule[];
}

/** A policy as its user wrote it; `namespace` is empty for ClusterNetworkPolicies. */
export interface EndpointPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface EndpointRule extends EndpointPolicy {
  readonly direction: 'In' | 'Out';
  /** Among the rules of that policy and direction. */
  readonly ruleindex: number;
}

/** The agent's `/policyverdict`: what its installed flows make of a packet. Not of 1.3. */
export interface FlowVerdict {
  readonly node: string;
  readonly action: RuleAction;
  /** On the packet's way, at most one for each direction. */
  readonly decisions: readonly FlowDecision[];
  /** The flow, or the table without one, where it ended; absent where it leaves the Node or reaches a Pod. */
  readonly droppedAt?: string;
}

/** What a flow decided, and the rule that it was made for. */
export interface FlowDecision {
  readonly direction: RuleDirection;
  /** As in verdicts by intent: `none` where no flow of a policy matched. */
  readonly by: 'rule' | 'isolation' | 'bypass' | 'none';
  readonly table: string;
  readonly flow: string;
  readonly conjunctionId?: number;
  /** Absent also where nobody knows the conjunction. */
  readonly rule?: {
    readonly policy: NetworkPolicyReference;
    readonly action: RuleAction;
    readonly name?: string;
    /** Absent for Kubernetes NetworkPolicies. */
    readonly tierPriority?: number;
    readonly priority?: number;
    readonly index?: number;
  };
}
