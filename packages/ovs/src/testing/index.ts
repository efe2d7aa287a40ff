export { startPrivateOvs, type PrivateOvs, type PrivateOvsOptions } from './private-ovs.js';
export { whyNoPrivateOvs } from './requirements.js';
export { waitUntil } from './wait-until.js';
export { startDaemon, type Daemon } from './daemon.js';
export { sampleFlows, sampleFlowText } from './sample-flows.js';
export { sampleDataplane } from './sample-dataplane.js';
