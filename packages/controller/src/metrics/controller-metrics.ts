import type { ClusterChanges, ClusterObjectKind } from '@antrea-ts/policy';
import type { Metrics } from '@antrea-ts/runtime';

/** What the controller counts, under the names of 1.3. */
export interface ControllerMetrics {
  /** An object of the cluster waits to be taken into account. */
  waiting(kind: ClusterObjectKind): void;
  /** All that waited was computed, in one go, and this came of it. */
  computed(
    changes: Pick<ClusterChanges, 'appliedToGroups' | 'addressGroups' | 'networkPolicies'>,
    milliseconds: number,
  ): void;
  /** The status of an Antrea policy was written. */
  statusWritten(type: 'AntreaNetworkPolicy' | 'AntreaClusterNetworkPolicy'): void;
}

/** What is computed, as 1.3's metrics name it, with the objects that it waits for. */
const results = [
  ['applied_to_group', 'appliedToGroups', 'AppliedToGroups'],
  ['address_group', 'addressGroups', 'AddressGroups'],
  ['network_policy', 'networkPolicies', 'network policies'],
] as const;

const buckets = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/** Objects that groups are made of; the others are policies, or what policies name. */
const groupMembers: ReadonlySet<ClusterObjectKind> = new Set(['namespace', 'pod', 'externalEntity', 'service']);

/**
 * 1.3 has a queue and workers for each kind of result. Here everything that waits is computed together: the length of a
 * queue is how many objects wait that results of this kind come from, and a duration that of a whole computation,
 * for each kind that something came of.
 */
export function createControllerMetrics(metrics: Metrics): ControllerMetrics {
  let members = 0;
  let policies = 0;
  const parts = results.map(([name, key, what]) => {
    metrics.gauge({
      name: `antrea_controller_length_${name}_queue`,
      help: `Changed objects of the cluster that ${what} are not computed from yet.`,
      collect: (gauge) => gauge.set(key === 'networkPolicies' ? policies : members + policies),
    });
    return {
      key,
      processed: metrics.counter({
        name: `antrea_controller_${name}_processed`,
        help: `Changes of ${what} that were computed.`,
      }),
      duration: metrics.histogram({
        name: `antrea_controller_${name}_sync_duration_milliseconds`,
        help: `Time that a computation took from which changed ${what} came, in milliseconds.`,
        buckets,
      }),
    };
  });
  const written = {
    AntreaNetworkPolicy: metrics.counter({
      name: 'antrea_controller_anp_status_updates',
      help: 'Statuses of Antrea NetworkPolicies that were written.',
    }),
    AntreaClusterNetworkPolicy: metrics.counter({
      name: 'antrea_controller_acnp_status_updates',
      help: 'Statuses of Antrea ClusterNetworkPolicies that were written.',
    }),
  };
  return {
    waiting: (kind) => {
      if (groupMembers.has(kind)) members += 1;
      else policies += 1;
    },
    computed: (changes, milliseconds) => {
      members = 0;
      policies = 0;
      for (const { key, processed, duration } of parts) {
        const count = changes[key].length;
        if (count === 0) continue;
        processed.add(count);
        duration.observe(milliseconds);
      }
    },
    statusWritten: (type) => written[type].inc(),
  };
}
