import type { Metrics } from '@antrea-ts/runtime';
import type { DataplaneCounters } from './dataplane/dataplane.js';

/** The agent's metrics, under the names of 1.3. */
export interface AgentMetrics {
  readonly dataplane: DataplaneCounters;
  /** Where the gauges read from when they are asked. */
  observe(sources: Partial<MetricSources>): void;
}

export interface MetricSources {
  readonly pods: () => number;
  /** Installed flows by table id. */
  readonly flows: () => ReadonlyMap<number, number>;
}

const operations = ['add', 'modify', 'delete'] as const;
const latencyBuckets = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export function createAgentMetrics(metrics: Metrics): AgentMetrics {
  let sources: MetricSources = { pods: () => 0, flows: () => new Map() };
  metrics.gauge({
    name: 'antrea_agent_local_pod_count',
    help: 'Pods on this Node that the agent connects.',
    collect: (gauge) => gauge.set(sources.pods()),
  });
  metrics.gauge({
    name: 'antrea_agent_ovs_total_flow_count',
    help: 'Flows on the bridge.',
    collect: (gauge) => gauge.set([...sources.flows().values()].reduce((sum, count) => sum + count, 0)),
  });
  metrics.gauge({
    name: 'antrea_agent_ovs_flow_count',
    help: 'Flows on the bridge, by table.',
    labels: ['table_id'],
    collect: (gauge) => {
      for (const [id, count] of sources.flows()) {
        gauge.set(count, { table_id: id });
      }
    },
  });
  const initial = operations.map((operation) => ({ operation }));
  const done = metrics.counter({
    name: 'antrea_agent_ovs_flow_ops_count',
    help: 'Flow operations that Open vSwitch took.',
    labels: ['operation'],
    initial,
  });
  const refused = metrics.counter({
    name: 'antrea_agent_ovs_flow_ops_error_count',
    help: 'Flow operations that Open vSwitch refused.',
    labels: ['operation'],
    initial,
  });
  const latency = metrics.histogram({
    name: 'antrea_agent_ovs_flow_ops_latency_milliseconds',
    help: 'From sending a bundle of flows to its acknowledgement, in milliseconds.',
    labels: ['operation'],
    buckets: latencyBuckets,
  });
  return {
    dataplane: {
      applied: (operation, ok) => (ok ? done : refused).inc({ operation }),
      bundle: (milliseconds, kinds) => {
        for (const operation of kinds) latency.observe(milliseconds, { operation });
      },
    },
    observe: (given) => {
      sources = { ...sources, ...given };
    },
  };
}
