import type { Metrics } from '@antrea-ts/runtime';
import type { DataplaneCounters } from './dataplane/dataplane.js';

/** The agent's metrics under the names of 1.3 (docs/prometheus-integration). */
export interface AgentMetrics {
  readonly dataplane: DataplaneCounters;
  /** Where the gauges read from when they are asked. */
  observe(sources: { readonly pods: () => number; readonly flows: () => ReadonlyMap<number, number> }): void;
}
