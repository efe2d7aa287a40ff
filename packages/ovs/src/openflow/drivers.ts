import type { Flow, Group, Meter } from '@antrea-ts/openflow';
import type { Driver } from '@antrea-ts/reconcile';
import { applyDataplanePlan } from './apply-dataplane.js';
import { dataplaneOf, type Ownership } from './dataplane.js';
import { withoutLearned } from './learned-flows.js';
import type { OpenFlowConnection } from './openflow-connection.js';

/**
 * The flows of a bridge, by `flowKey`: reads back all that are ours, apart from learned ones, and applies a plan as
 * one atomic bundle. Where flows use groups that change too, `applyDataplanePlan` is the one to take.
 */
export function flowDriver(
  connection: OpenFlowConnection,
  { ownsFlow }: Pick<Ownership, 'ownsFlow'> = {},
): Driver<string, Flow> {
  return {
    observe: async ({ signal }) => {
      const flows = withoutLearned(await connection.dumpFlows({}, { signal }));
      return dataplaneOf({ flows: ownsFlow === undefined ? flows : flows.filter(ownsFlow) }).flows;
    },
    apply: async (flows, { signal }) =>
      (await applyDataplanePlan(connection, { flows }, { signal, operation: 'program flows' })).flows,
  };
}

/** The groups of a bridge, by id. Deleting a group makes the switch delete the flows that use it. */
export function groupDriver(
  connection: OpenFlowConnection,
  { ownsGroup }: Pick<Ownership, 'ownsGroup'> = {},
): Driver<number, Group> {
  return {
    observe: async ({ signal }) => {
      const groups = await connection.dumpGroups({ signal });
      return dataplaneOf({ groups: ownsGroup === undefined ? groups : groups.filter(ownsGroup) }).groups;
    },
    apply: async (groups, { signal }) =>
      (await applyDataplanePlan(connection, { groups }, { signal, operation: 'program groups' })).groups,
  };
}

/** The meters of a bridge, by id. They are applied one by one; deleting one deletes the flows that use it. */
export function meterDriver(
  connection: OpenFlowConnection,
  { ownsMeter }: Pick<Ownership, 'ownsMeter'> = {},
): Driver<number, Meter> {
  return {
    observe: async ({ signal }) => {
      const meters = await connection.dumpMeters({ signal });
      return dataplaneOf({ meters: ownsMeter === undefined ? meters : meters.filter(ownsMeter) }).meters;
    },
    apply: async (meters, { signal }) =>
      (await applyDataplanePlan(connection, { meters }, { signal, operation: 'program meters' })).meters,
  };
}
