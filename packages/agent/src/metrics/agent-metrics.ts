import type { Metrics } from '@antrea-ts/runtime';
import type { DataplaneCounters } from '../dataplane/dataplane.js';
import { flowMetrics } from './flow-metrics.js';
import { proxyMetrics, type ProxyMetrics } from './proxy-metrics.js';

/** The agent's metrics, under the names of 1.3. All are there from the start, at zero until a part reports. */
export interface AgentMetrics {
  readonly dataplane: DataplaneCounters;
  readonly proxy: ProxyMetrics;
  /** Where gauges read from when they are asked; each part adds its own. */
  observe(sources: Partial<MetricSources>): void;
}

export interface MetricSources {
  readonly pods: () => number;
  /** Installed flows by table id. */
  readonly flows: () => ReadonlyMap<number, number>;
  /** Policies that apply to this Node, and their rules. */
  readonly networkPolicies: () => number;
  readonly ingressRules: () => number;
  readonly egressRules: () => number;
  /** Connections of the Node in all, those that flow records are made of, and how many there can be. */
  readonly connections: () => number;
  readonly antreaConnections: () => number;
  readonly maxConnections: () => number;
  /** Connections that policies denied. */
  readonly deniedConnections: () => number;
}

/** Gauges that are one number. */
const gauges = [
  ['antrea_agent_local_pod_count', 'pods', 'Pods on this Node that the agent connects.'],
  ['antrea_agent_networkpolicy_count', 'networkPolicies', 'Policies that apply to Pods of this Node.'],
  ['antrea_agent_ingress_networkpolicy_rule_count', 'ingressRules', 'Ingress rules of policies on this Node.'],
  ['antrea_agent_egress_networkpolicy_rule_count', 'egressRules', 'Egress rules of policies on this Node.'],
  [
    'antrea_agent_conntrack_total_connection_count',
    'connections',
    'Tracked connections of this Node. 0 without FlowExporter.',
  ],
  [
    'antrea_agent_conntrack_antrea_connection_count',
    'antreaConnections',
    'Tracked connections of Pods. 0 without FlowExporter.',
  ],
  [
    'antrea_agent_conntrack_max_connection_count',
    'maxConnections',
    'Connections that this Node can track. 0 without FlowExporter.',
  ],
  [
    'antrea_agent_denied_connection_count',
    'deniedConnections',
    'Connections that policies denied. 0 without FlowExporter.',
  ],
] as const satisfies readonly (readonly [string, keyof MetricSources, string])[];

export function createAgentMetrics(metrics: Metrics): AgentMetrics {
  let sources: Partial<MetricSources> = {};
  for (const [name, source, help] of gauges) {
    metrics.gauge({ name, help, collect: (gauge) => gauge.set(sources[source]?.() ?? 0) });
  }
  flowGauges(metrics, () => sources.flows?.() ?? new Map());
  return {
    dataplane: flowMetrics(metrics),
    proxy: proxyMetrics(metrics),
    observe: (given) => {
      sources = { ...sources, ...given };
    },
  };
}

function flowGauges(metrics: Metrics, flows: () => ReadonlyMap<number, number>): void {
  metrics.gauge({
    name: 'antrea_agent_ovs_total_flow_count',
    help: 'Flows on the bridge.',
    collect: (gauge) => gauge.set([...flows().values()].reduce((sum, count) => sum + count, 0)),
  });
  const told = new Set<number>();
  metrics.gauge({
    name: 'antrea_agent_ovs_flow_count',
    help: 'Flows on the bridge, by table.',
    labels: ['table_id'],
    collect: (gauge) => {
      const now = flows();
      for (const id of now.keys()) told.add(id);
      // A table that became empty has no flows, not as many as before.
      for (const id of told) gauge.set(now.get(id) ?? 0, { table_id: id });
    },
  });
}
