export { cookie, cookieCategories, firstRound, parseCookie, type CookieCategory } from './cookie.js';
export { hairpinAddresses } from './features/connection.js';
export { hostFlows } from './features/uplink.js';
export { virtualMac } from './features/neighbours.js';
export { policyMeter, type PolicySettings } from './features/network-policy/action-flows.js';
export { dnsConjunctionId } from './features/network-policy/conjunction-ids.js';
export { ruleCounterOf, type RuleCounter } from './features/network-policy/counters.js';
export { PolicyFlows, type PolicyFlowChanges, type PolicyPod } from './features/network-policy/policy-flows.js';
export { recoverRules, type RecoveredRules } from './features/network-policy/recover.js';
export { conjunctionsIn } from './features/network-policy/conjunctions-in.js';
export {
  readPolicyPacket,
  rejectActions,
  turnBackActions,
  type PolicyPacket,
} from './features/network-policy/policy-packet.js';
export { nodePortAddresses, virtualServiceAddresses } from './features/service/outside.js';
export { learnedEndpoint, learnedFlows } from './features/service/learned-endpoint.js';
export { recoverGroups } from './features/service/recover-groups.js';
export { ServiceFlows } from './features/service/service-flows.js';
export type { ServiceSettings } from './features/service/service-specs.js';
export type { LocalPod } from './features/pods.js';
export type { PeerNode, PeerPath } from './features/ports.js';
export { FlowOwners, type FlowChanges, type OnStated } from './flow-owners.js';
export { createNodePipeline, type NodePipeline } from './node-flows.js';
export { cutsEstablished, supportsEncap, type GatewayPort, type NodeProfile, type TrafficMode } from './profile.js';
export { ctMark as conntrackMarks, ctZone as conntrackZones } from './registers.js';
export { layoutOf, type Layout, type Table } from './tables.js';
