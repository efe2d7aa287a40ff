import type { Host } from '@antrea-ts/host';
import type { KubeClient, KubeConnection } from '@antrea-ts/kube';
import type { Clock } from '@antrea-ts/reconcile';
import type { HealthChecks, Logger, Lifetime, Router } from '@antrea-ts/runtime';
import type { Inspection } from './info/inspection.js';
import type { AgentMetrics } from './metrics/agent-metrics.js';

/** What the agent is given: the machine, the cluster, and where to tell about itself. */
export interface AgentModules {
  readonly host: Host;
  readonly client: KubeClient;
  /** How `client` reaches the cluster; the controller knows us by the same credentials. */
  readonly connection: KubeConnection;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly health: HealthChecks;
  readonly metrics: AgentMetrics;
  /** Paths of the agent's API: parts add theirs when they are up. */
  readonly router: Router;
}

/** What the parts of the agent take besides their options. */
export interface PartModules extends AgentModules {
  readonly clock: Clock;
  /** What parts tell about themselves. */
  readonly inspection: Inspection;
  readonly lifetime: Lifetime;
  readonly signal: AbortSignal;
}
