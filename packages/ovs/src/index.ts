export { OvsError, isOvsError, type OvsErrorCode } from './errors.js';
export type { OvsLogger } from './logger.js';
export { systemClock, type Clock } from './clock.js';
export { connectOvsdb } from './database/client.js';
export type { OvsdbClient, OvsdbClientEvent, OvsdbOptions } from './database/ovsdb-client.js';
export type { OvsReplica, OvsRowChange } from './database/monitored.js';
export { bridgeDifferences } from './bridge/bridge-differences.js';
export { ensureBridge, type BridgeSpec, type OpenFlowVersion } from './bridge/ensure-bridge.js';
export { openBridge, type OvsBridge } from './bridge/ovs-bridge.js';
export type { CreatedPort, CreatePortOptions, PortSpec } from './bridge/create-port.js';
export type { OvsPort } from './bridge/ports.js';
export type { CommitOptions } from './bridge/commit.js';
export type { StringMap } from './bridge/string-map.js';
export {
  addOtherConfig,
  clearFlowRestoreWait,
  deleteOtherConfig,
  isFlowRestoreWaiting,
  otherConfig,
  ovsVersion,
} from './bridge/switch-config.js';
export { ovsEndpoint } from './ovs-endpoint.js';
export { appctl, type AppctlOptions, type AppctlTarget } from './unixctl/appctl.js';
export { readPid, type PidFileOptions } from './unixctl/pid-file.js';
export {
  datapathFeatures,
  missingDatapathFeatures,
  parseDatapathFeatures,
  proxyDatapathFeature,
  requiredDatapathFeatures,
} from './unixctl/datapath-features.js';
export { connectOpenFlow } from './openflow/connect-openflow.js';
export type {
  OpenFlowConnection,
  OpenFlowEvent,
  OpenFlowOptions,
  OperationContext,
} from './openflow/openflow-connection.js';
export {
  dataplaneOf,
  observeDataplane,
  planDataplane,
  type Dataplane,
  type DataplanePlan,
  type Ownership,
} from './openflow/dataplane.js';
export { applyDataplanePlan, type DataplaneOutcomes } from './openflow/apply-dataplane.js';
export { flowDriver, groupDriver, meterDriver, switchDriver } from './openflow/drivers.js';
export { sameGroup, sameItem, sameMeter } from './openflow/same-group.js';
