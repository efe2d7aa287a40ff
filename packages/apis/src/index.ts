export { agentFeatureGates, type AgentFeatureGate } from './feature-gates.js';
export type { Node, ObjectMeta, Pod } from './kubernetes.js';
export { podMtu, type MtuFacts } from './mtu.js';
export {
  defaultTunnelName,
  externalIdKeys,
  macAddressAnnotation,
  nodeTunnelName,
  ofPorts,
  podInterfaceName,
  transportAddressesAnnotation,
  wireGuardPublicKeyAnnotation,
} from './names.js';
export { nodeAddresses, podCidrsOf } from './node.js';
