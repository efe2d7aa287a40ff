import type { Flow, FlowMod, Group, GroupMod, Meter, MeterMod } from '@antrea-ts/openflow';
import type { Plan } from '@antrea-ts/reconcile';

/** A message, and which item of which plan it is for. */
export interface PlannedMessage<K, M> {
  readonly key: K;
  readonly message: M;
}

/** Messages of a plan, apart by when they have to be sent. */
export interface PlannedMessages<K, M> {
  /** Before whatever uses the items. */
  readonly build: readonly PlannedMessage<K, M>[];
  /** After whatever used them is gone. */
  readonly tearDown: readonly PlannedMessage<K, M>[];
}

export function flowMessages({ create, update, remove }: Plan<string, Flow>): PlannedMessages<string, FlowMod> {
  const build: PlannedMessage<string, FlowMod>[] = [];
  const tearDown: PlannedMessage<string, FlowMod>[] = [];
  for (const [key, flow] of create) build.push({ key, message: flowMod('add', flow) });
  for (const [key, { observed, desired }] of update)
    build.push({ key, message: flowMod(updateCommand(observed, desired), desired) });
  for (const [key, flow] of remove)
    tearDown.push({ key, message: flowMod('delete_strict', { ...flow, instructions: [] }) });
  return { build, tearDown };
}

/**
 * A modification keeps counters and age but leaves cookie, timeouts and flags as they are, and does nothing when the
 * flow is gone, so it will do only where just the instructions differ and no timeout can have taken the flow away.
 * An addition replaces all of it and starts counting anew.
 */
function updateCommand(observed: Flow, desired: Flow): 'modify_strict' | 'add' {
  const sameRest =
    observed.cookie === desired.cookie &&
    (observed.flags ?? 0) === (desired.flags ?? 0) &&
    !expires(observed) &&
    !expires(desired);
  return sameRest ? 'modify_strict' : 'add';
}

function expires({ idleTimeout = 0, hardTimeout = 0 }: Flow): boolean {
  return idleTimeout !== 0 || hardTimeout !== 0;
}

/** Picks the fields of a flow, so that counters of an observed one do not travel along. */
function flowMod(command: FlowMod['command'], flow: Flow): FlowMod {
  const { table, priority, cookie, match, instructions, idleTimeout, hardTimeout, flags } = flow;
  return {
    type: 'flow_mod',
    command,
    table,
    priority,
    cookie,
    match,
    instructions,
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(hardTimeout === undefined ? {} : { hardTimeout }),
    ...(flags === undefined ? {} : { flags }),
  };
}

export function groupMessages({ create, update, remove }: Plan<number, Group>): PlannedMessages<number, GroupMod> {
  return {
    build: [
      ...Array.from(create, ([key, group]) => planned(key, { type: 'group_mod', command: 'add', ...group } as const)),
      ...Array.from(update, ([key, { desired }]) =>
        planned(key, { type: 'group_mod', command: 'modify', ...desired } as const),
      ),
    ],
    tearDown: Array.from(remove, ([key, group]) =>
      planned(key, { type: 'group_mod', command: 'delete', ...group, buckets: [] } as const),
    ),
  };
}

export function meterMessages({ create, update, remove }: Plan<number, Meter>): PlannedMessages<number, MeterMod> {
  return {
    build: [
      ...Array.from(create, ([key, meter]) => planned(key, { type: 'meter_mod', command: 'add', ...meter } as const)),
      ...Array.from(update, ([key, { desired }]) =>
        planned(key, { type: 'meter_mod', command: 'modify', ...desired } as const),
      ),
    ],
    tearDown: Array.from(remove, ([key, meter]) =>
      planned(key, { type: 'meter_mod', command: 'delete', ...meter } as const),
    ),
  };
}

function planned<K, M>(key: K, message: M): PlannedMessage<K, M> {
  return { key, message };
}
