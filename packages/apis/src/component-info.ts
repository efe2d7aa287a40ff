import type { ObjectMeta } from './kubernetes.js';

/** API version of AntreaAgentInfo and AntreaControllerInfo, which have their fields at the top level. */
export const infoApiVersion = 'crd.antrea.io/v1beta1';

/** A Kubernetes object that an info speaks of. */
export interface InfoReference {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export interface InfoCondition<T extends string> {
  readonly type: T;
  readonly status: 'True' | 'False' | 'Unknown';
  /** RFC 3339. */
  readonly lastHeartbeatTime: string;
  readonly reason?: string;
  readonly message?: string;
}

export type AgentConditionType =
  | 'AgentHealthy'
  | 'ControllerConnectionUp'
  | 'OVSDBConnectionUp'
  | 'OpenflowConnectionUp';

/** How many objects of policy a component holds. */
export interface NetworkPolicyControllerInfo {
  readonly networkPolicyNum?: number;
  readonly addressGroupNum?: number;
  readonly appliedToGroupNum?: number;
}

/** What an agent tells about itself and its Node. */
export interface AgentInfo {
  readonly version: string;
  readonly podRef: InfoReference;
  readonly nodeRef: InfoReference;
  /** Pod CIDRs. */
  readonly nodeSubnets: readonly string[];
  readonly ovsInfo: {
    readonly version?: string;
    readonly bridgeName: string;
    /** Number of flows by table id. */
    readonly flowTable: Readonly<Record<string, number>>;
  };
  readonly networkPolicyControllerInfo: NetworkPolicyControllerInfo;
  readonly localPodNum: number;
  readonly agentConditions: readonly InfoCondition<AgentConditionType>[];
}

/** The object that is named as the Node. */
export interface AntreaAgentInfo extends AgentInfo {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly apiPort: number;
}

/** What the controller tells about itself. */
export interface ControllerInfo {
  readonly version: string;
  readonly podRef: InfoReference;
  readonly nodeRef: InfoReference;
  readonly serviceRef: InfoReference;
  readonly networkPolicyControllerInfo: NetworkPolicyControllerInfo;
  /** Agents that watch now. */
  readonly connectedAgentNum: number;
  readonly controllerConditions: readonly InfoCondition<'ControllerHealthy'>[];
  readonly apiPort: number;
}
