import { sha1 } from './sha1.js';
import { ClusterPolicies } from '@antrea-ts/policy';
import { systemClock } from '@antrea-ts/runtime';
import { followCluster, type FollowedCluster } from '../cluster/follow-cluster.js';
import type { ControllerOptions } from '../config/options.js';
import type { PartModules } from '../controller.js';
import { createStores, type ControlplaneStores } from '../store/kinds.js';
import { ClusterGroupStatus } from './cluster-group-status.js';
import { OrderWatch } from './order-watch.js';
import { PolicyEvents } from './policy-events.js';
import { PolicyStatsStore } from '../stats/policy-stats.js';
import { StatusTracker } from './status-tracker.js';

/** Computed policy, as it is served. */
export interface PolicyParts {
  readonly policies: ClusterPolicies;
  readonly cluster: FollowedCluster;
  readonly stores: ControlplaneStores;
  /** Takes over what came from the cluster and is not computed yet. */
  readonly compute: () => void;
  readonly statuses: StatusTracker;
  /** Absent without the gate NetworkPolicyStats. */
  readonly stats: PolicyStatsStore | undefined;
  /** Resolves when everything that was there at the start is in the stores: before, part of it would pass for the whole. */
  readonly whenComputed: (options: { readonly signal: AbortSignal }) => Promise<void>;
}

/** Follows the cluster, computes policy from it and keeps the stores equal to that. */
export async function startPolicies(options: ControllerOptions, modules: PartModules): Promise<PolicyParts> {
  const { client, logger, metrics, health, lifetime, signal } = modules;
  const log = logger.child('policy');
  const policies = new ClusterPolicies({
    sha1,
    onRefused: (kind, name, problem) => log.warn('Left out an object that cannot be', { kind, name, problem }),
  });
  const stores = createStores();
  lifetime.onStop(() => {
    for (const store of Object.values(stores)) store.close();
  });

  const about = {
    client,
    policy: (uid: string) => stores.networkPolicies.get(uid),
    logger: log,
    clock: systemClock,
    now: Date.now,
  };
  const events = new PolicyEvents(about);
  lifetime.onStop(() => events.stop());
  const groups = new ClusterGroupStatus({ ...about, isComplete: (name) => policies.isClusterGroupComplete(name) });
  lifetime.onStop(() => groups.stop());
  const order = new OrderWatch({
    targetsOf: (group) => stores.appliedToGroups.get(group)?.members(),
    onChange: (uid) => statuses.policyChanged(uid),
    clock: systemClock,
  });
  lifetime.onStop(() => order.stop());
  const statuses = new StatusTracker({ ...about, metrics, equalPriority: (uid) => order.of(uid) });
  lifetime.onStop(() => statuses.stop());
  const stats = options.featureGates.NetworkPolicyStats ? new PolicyStatsStore({ now: Date.now }) : undefined;

  const compute = (): void => {
    const begun = performance.now();
    const changes = policies.takeChanges();
    stores.appliedToGroups.apply(changes.appliedToGroups);
    stores.addressGroups.apply(changes.addressGroups);
    stores.networkPolicies.apply(changes.networkPolicies);
    statuses.policiesChanged(changes.networkPolicies);
    stats?.policiesChanged(changes.networkPolicies);
    events.policiesChanged(changes.networkPolicies);
    order.changed(changes);
    groups.groupsChanged(changes.clusterGroups);
    metrics.computed(changes, performance.now() - begun);
  };
  let isComputed = false;
  let scheduled = false;
  /** What comes in one turn of the event loop is computed together. */
  const schedule = (): void => {
    if (scheduled || !isComputed) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      compute();
    });
  };

  const cluster = await followCluster(
    { antreaPolicy: options.featureGates.AntreaPolicy },
    {
      client,
      logger: log,
      onChange: (kind, key, object) => {
        policies.set(kind, key, object);
        metrics.waiting(kind);
        schedule();
      },
    },
    { signal },
  );
  lifetime.onStop(() => cluster.stop());
  health.add('cluster', () => cluster.problem());

  const computed = cluster.whenSynced({ signal }).then(() => {
    const begun = performance.now();
    compute();
    isComputed = true;
    log.info('Computed policy', { ...policies.counts(), milliseconds: Math.round(performance.now() - begun) });
  });
  computed.catch(() => undefined);
  return {
    policies,
    cluster,
    stores,
    statuses,
    stats,
    compute: () => isComputed && compute(),
    whenComputed: () => computed,
  };
}
