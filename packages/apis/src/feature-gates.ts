/** One switch of `featureGates`, as 1.3 has it. */
export interface FeatureGate {
  /** Alpha gates are off and beta gates are on unless configured otherwise. */
  readonly stage: 'alpha' | 'beta';
  readonly default: boolean;
  readonly description: string;
  /** First version of Antrea that had the gate in its stage. */
  readonly since: string;
  /** Whether the feature works on Windows Nodes. */
  readonly windows: boolean;
}

/** The feature gates of 1.3 that the agent knows (pkg/features/antrea_features.go). */
export const agentFeatureGates = {
  AntreaProxy: {
    stage: 'beta',
    default: true,
    description: 'Balance traffic from Pods to Services in Open vSwitch.',
    since: '0.11',
    windows: true,
  },
  AntreaPolicy: {
    stage: 'beta',
    default: true,
    description: 'Antrea-native policies: ClusterNetworkPolicy, NetworkPolicy and Tier.',
    since: '1.0',
    windows: true,
  },
  EndpointSlice: {
    stage: 'alpha',
    default: false,
    description: 'Read EndpointSlices instead of Endpoints.',
    since: '0.13',
    windows: true,
  },
  Traceflow: {
    stage: 'beta',
    default: true,
    description: 'Trace packets through the cluster on request.',
    since: '0.11',
    windows: true,
  },
  FlowExporter: {
    stage: 'alpha',
    default: false,
    description: 'Export connections as IPFIX flow records.',
    since: '0.9',
    windows: true,
  },
  NetworkPolicyStats: {
    stage: 'beta',
    default: true,
    description: 'Collect statistics of policies.',
    since: '1.2',
    windows: true,
  },
  NodePortLocal: {
    stage: 'alpha',
    default: false,
    description: 'Make Pods reachable by ports of their Node.',
    since: '0.13',
    windows: false,
  },
  Egress: {
    stage: 'alpha',
    default: false,
    description: 'Choose the source address of traffic that leaves the cluster.',
    since: '1.0',
    windows: false,
  },
} as const satisfies Readonly<Record<string, FeatureGate>>;

export type AgentFeatureGate = keyof typeof agentFeatureGates;
