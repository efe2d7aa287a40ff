/** The feature gates of 1.3 that the agent knows (pkg/features/antrea_features.go). */
export const agentFeatureGates = {
  AntreaProxy: { stage: 'beta', default: true, description: 'Balance traffic from Pods to Services in Open vSwitch.', since: '0.11' },
  AntreaPolicy: { stage: 'beta', default: true, description: 'Antrea-native policies: ClusterNetworkPolicy, NetworkPolicy and Tier.', since: '1.0' },
  EndpointSlice: { stage: 'alpha', default: false, description: 'Read EndpointSlices instead of Endpoints.', since: '0.13' },
  Traceflow: { stage: 'beta', default: true, description: 'Trace packets through the cluster on request.', since: '0.11' },
  FlowExporter: { stage: 'alpha', default: false, description: 'Export connections as IPFIX flow records.', since: '0.9' },
  NetworkPolicyStats: { stage: 'beta', default: true, description: 'Collect statistics of policies.', since: '1.2' },
  NodePortLocal: { stage: 'alpha', default: false, description: 'Make Pods reachable by ports of their Node.', since: '0.13' },
  Egress: { stage: 'alpha', default: false, description: 'Choose the source address of traffic that leaves the cluster.', since: '1.0' },
} as const;

export type AgentFeatureGate = keyof typeof agentFeatureGates;
