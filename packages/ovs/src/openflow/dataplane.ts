import { flowKey, sameUnderKey, type Flow, type Group, type Meter } from '@antrea-ts/openflow';
import { planDiff, type Plan } from '@antrea-ts/reconcile';
import { withoutLearned } from './learned-flows.js';
import type { OpenFlowConnection, OperationContext } from './openflow-connection.js';
import { sameGroup, sameMeter } from './same-group.js';

/** Everything a bridge is programmed with. */
export interface Dataplane {
  /** By `flowKey`. */
  readonly flows: ReadonlyMap<string, Flow>;
  readonly groups: ReadonlyMap<number, Group>;
  readonly meters: ReadonlyMap<number, Meter>;
}

export interface DataplanePlan {
  readonly flows: Plan<string, Flow>;
  readonly groups: Plan<number, Group>;
  readonly meters: Plan<number, Meter>;
}

/** Which flows, groups and meters are ours. Absent: all, since nobody else programs our bridge. */
export interface Ownership {
  readonly ownsFlow?: (flow: Flow) => boolean;
  readonly ownsGroup?: (group: Group) => boolean;
  readonly ownsMeter?: (meter: Meter) => boolean;
}

/** Arranges lists by key; of two flows with one key the later wins, as on the switch. */
export function dataplaneOf(parts: {
  readonly flows?: Iterable<Flow>;
  readonly groups?: Iterable<Group>;
  readonly meters?: Iterable<Meter>;
}): Dataplane {
  return {
    flows: new Map(Array.from(parts.flows ?? [], (flow) => [flowKey(flow), flow])),
    groups: new Map(Array.from(parts.groups ?? [], (group) => [group.group, group])),
    meters: new Map(Array.from(parts.meters ?? [], (meter) => [meter.meter, meter])),
  };
}

/** Reads back what is programmed and ours. Flows that the switch learned by itself are left out. */
export async function observeDataplane(
  connection: OpenFlowConnection,
  options: Ownership & OperationContext = {},
): Promise<Dataplane> {
  const { ownsFlow = all, ownsGroup = all, ownsMeter = all, ...context } = options;
  const [flows, groups, meters] = await Promise.all([
    connection.dumpFlows({}, context),
    connection.dumpGroups(context),
    connection.dumpMeters(context),
  ]);
  return dataplaneOf({
    flows: withoutLearned(flows).filter(ownsFlow),
    groups: groups.filter(ownsGroup),
    meters: meters.filter(ownsMeter),
  });
}

/** What has to change so that `observed` becomes `desired`. Empty when the switch has exactly what is desired. */
export function planDataplane(desired: Dataplane, observed: Dataplane): DataplanePlan {
  return {
    flows: planDiff(desired.flows, observed.flows, sameUnderKey),
    groups: planDiff(desired.groups, observed.groups, sameGroup),
    meters: planDiff(desired.meters, observed.meters, sameMeter),
  };
}

function all(): boolean {
  return true;
}
