import type { Metrics } from '@antrea-ts/runtime';
import type { DataplaneCounters } from '../dataplane/dataplane.js';

const operations = ['add', 'modify', 'delete'] as const;
const latencyBuckets = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** What is done to flows. */
export function flowMetrics(metrics: Metrics): DataplaneCounters {
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
    initial,
  });
  return {
    applied: (operation, ok, count) => (ok ? done : refused).add(count, { operation }),
    bundle: (milliseconds, kinds) => {
      for (const operation of kinds) latency.observe(milliseconds, { operation });
    },
  };
}
