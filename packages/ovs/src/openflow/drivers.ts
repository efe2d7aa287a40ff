import {
  groupKey,
  isGroup,
  itemKey,
  type Flow,
  type FlowStats,
  type Group,
  type Meter,
  type SwitchItem,
} from '@antrea-ts/openflow';
import type { Driver, Plan } from '@antrea-ts/reconcile';
import { applyDataplanePlan, emptyPlan } from './apply-dataplane.js';
import { dataplaneOf, type Ownership } from './dataplane.js';
import { LearnedFlows, withoutLearned } from './learned-flows.js';
import type { OpenFlowConnection } from './openflow-connection.js';
import { sameItem } from './same-group.js';

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

/**
 * The flows and groups of a bridge, by `itemKey`: reads back all of both, apart from learned flows, and applies a plan
 * as one atomic bundle, in which groups are there before the flows that use them and go after them.
 */
export function switchDriver(connection: OpenFlowConnection): Driver<string, SwitchItem> {
  return {
    observe: async ({ signal, expected = () => undefined }) => {
      const items = new Map<string, SwitchItem>();
      const learned = new LearnedFlows();
      const add = (item: SwitchItem): void => {
        const key = itemKey(item);
        const same = expected(key);
        items.set(key, same !== undefined && sameItem(same, item) ? same : item);
      };
      const onFlow = (flow: FlowStats): void => {
        learned.note(flow);
        add(flow);
      };
      const [groups] = await Promise.all([
        connection.dumpGroups({ signal }),
        connection.eachFlow(onFlow, {}, { signal }),
      ]);
      for (const [key, item] of items) if (!isGroup(item) && learned.has(item)) items.delete(key);
      groups.forEach(add);
      return items;
    },
    apply: async (plan, { signal }) => {
      const { flows, groups } = await applyDataplanePlan(connection, apart(plan), {
        signal,
        operation: 'program flows',
      });
      return [...flows, ...groups.map((outcome) => ({ ...outcome, key: groupKey(outcome.key) }))];
    },
  };
}

/** A plan of both as one of each. */
function apart({ create, update, remove }: Plan<string, SwitchItem>): {
  readonly flows: Plan<string, Flow>;
  readonly groups: Plan<number, Group>;
} {
  const groups = emptyPlan<number, Group>();
  if (!hasGroups(create.values()) && !hasGroups(remove.values()) && update.size === 0) {
    return { flows: { create, update, remove } as Plan<string, Flow>, groups };
  }
  const flows = emptyPlan<string, Flow>();
  for (const [key, item] of create) {
    if (isGroup(item)) groups.create.set(item.group, item);
    else flows.create.set(key, item);
  }
  for (const [key, { observed, desired }] of update) {
    if (isGroup(desired)) groups.update.set(desired.group, { observed: observed as Group, desired });
    else flows.update.set(key, { observed: observed as Flow, desired });
  }
  for (const [key, item] of remove) {
    if (isGroup(item)) groups.remove.set(item.group, item);
    else flows.remove.set(key, item);
  }
  return { flows, groups };
}

function hasGroups(items: Iterable<SwitchItem>): boolean {
  for (const item of items) if (isGroup(item)) return true;
  return false;
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
