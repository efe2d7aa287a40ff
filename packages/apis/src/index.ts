export { customResourceDefinition, type KindDefinition } from './crd/definition.js';
export { legacyKinds } from './crd/legacy-kinds.js';
export { policyKinds } from './crd/policy-kinds.js';
export { controlPlaneObjects, controllerPort } from './control-plane-objects.js';
export { controlplaneApiVersion, statsApiVersion } from './controlplane.js';
export type * from './controlplane.js';
export type * from './policy-objects.js';
export { accessObjects, type AccessObject } from './access-objects.js';
export { agentPermissions, antctlPaths, type Permission } from './agent-permissions.js';
export { antctlPermissions, antctlUrls } from './antctl-permissions.js';
export { authorityPlaces, controllerNamespacePermissions, controllerPermissions } from './controller-permissions.js';
export { infoApiVersion } from './component-info.js';
export type * from './component-info.js';
export type * from './inspection-api.js';
export { agentFeatureGates, type AgentFeatureGate, type FeatureGate } from './feature-gates.js';
export { flowTables, tableDisplayName, tableIds, type TableName } from './flow-tables.js';
export { maxInterfaceNameLength, nodeTunnelName, podInterfaceName, type Sha1Hex } from './interface-names.js';
export type { Namespace, Node, NodeAddress, ObjectMeta, Pod } from './kubernetes.js';
export { podMtu, type MtuFacts } from './mtu.js';
export {
  defaultTunnelName,
  externalIdKeys,
  macAddressAnnotation,
  ofPorts,
  transportAddressesAnnotation,
  wireGuardInterfaceName,
  wireGuardPublicKeyAnnotation,
} from './names.js';
export { nodeAddresses, podCidrsOf } from './node.js';
