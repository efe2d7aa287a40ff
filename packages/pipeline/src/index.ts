export { cookie, cookieCategories, firstRound, parseCookie, type CookieCategory } from './cookie.js';
export { hairpinAddresses } from './features/connection.js';
export { virtualMac } from './features/neighbours.js';
export type { LocalPod } from './features/pods.js';
export type { PeerNode, PeerPath } from './features/ports.js';
export { FlowOwners, type FlowChanges, type FlowConflict } from './flow-owners.js';
export { createNodePipeline, type NodePipeline } from './node-flows.js';
export { supportsEncap, type GatewayPort, type NodeProfile, type TrafficMode } from './profile.js';
export { layoutOf, tableDisplayName, tableIds, type Layout, type Table, type TableName } from './tables.js';
