import type { Host } from '@antrea-ts/host';
import type { KubeClient } from '@antrea-ts/kube';
import type { Clock } from '@antrea-ts/reconcile';
import type { HealthChecks, Logger, Lifetime } from '@antrea-ts/runtime';
import type { AgentMetrics } from './metrics.js';

/** What the agent is given: the machine, the cluster, and where to tell about itself. */
export interface AgentModules {
  readonly host: Host;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly health: HealthChecks;
  readonly metrics: AgentMetrics;
}

/** What the parts of the agent take besides their options. */
export interface PartModules extends AgentModules {
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  readonly signal: AbortSignal;
}
