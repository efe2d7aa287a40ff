import type { Workload } from '../workload.js';
import { agentPolicies } from './agent-policies.js';
import { agentStart } from './agent-start.js';
import { bundleLatency } from './bundle-latency.js';
import { churn } from './churn.js';
import { clusterPolicies } from './cluster-policies.js';
import { cni } from './cni.js';
import { flowDump } from './flow-dump.js';
import { flowInstall } from './flow-install.js';
import { labUp } from './lab-up.js';
import { ovsdbLatency } from './ovsdb-latency.js';
import { packetIn } from './packet-in.js';
import { policyFlows } from './policy-flows.js';
import { serviceConnections } from './service-connections.js';
import { services } from './services.js';
import { policySwitch } from './policy-switch.js';
import { watchers } from './watchers.js';
import { windows } from './windows.js';
import { repair } from './repair.js';
import { restarts } from './restarts.js';

/** All of them, in the order of the table. */
export const workloads: readonly Workload[] = [
  flowInstall,
  flowDump,
  bundleLatency,
  ovsdbLatency,
  packetIn,
  clusterPolicies,
  policyFlows,
  services,
  policySwitch,
  watchers,
  agentPolicies,
  cni,
  agentStart,
  restarts,
  repair,
  churn,
  labUp,
  serviceConnections,
  windows,
];
