import type { BatchMessage, Flow, FlowMod, Group, MessageSource, Meter } from '@antrea-ts/openflow';
import type { Plan } from '@antrea-ts/reconcile';

/** Messages of which each is for one item of a plan. They are made when they are asked for, and again if asked again. */
export interface Planned<K> extends MessageSource {
  /** Of the items, in the order of their messages. */
  readonly keys: readonly K[];
}

/** Messages of a plan, apart by when they have to be sent. */
export interface PlannedMessages<K> {
  /** Before whatever uses the items. */
  readonly build: Planned<K>;
  /** After whatever used them is gone. */
  readonly tearDown: Planned<K>;
}

/** Several lists as one. */
export function inOrder<K>(...lists: readonly Planned<K>[]): Planned<K> {
  const keys = lists.flatMap((list) => list.keys);
  const at = (index: number): BatchMessage | undefined => {
    let left = index;
    for (const list of lists) {
      if (left < list.length) return list.at(left);
      left -= list.length;
    }
    return undefined;
  };
  return { keys, length: keys.length, at };
}

export function flowMessages({ create, update, remove }: Plan<string, Flow>): PlannedMessages<string> {
  return {
    build: inOrder(
      planned(create, (flow) => flowMod('add', flow)),
      planned(update, ({ observed, desired }) => flowMod(updateCommand(observed, desired), desired)),
    ),
    tearDown: planned(remove, (flow) => flowMod('delete_strict', flow, [])),
  };
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
function flowMod(command: FlowMod['command'], flow: Flow, instructions = flow.instructions): FlowMod {
  const { table, priority, cookie, match, idleTimeout, hardTimeout, flags } = flow;
  const message: FlowMod = { type: 'flow_mod', command, table, priority, cookie, match, instructions };
  // Nearly all have none of these.
  if (idleTimeout === undefined && hardTimeout === undefined && flags === undefined) return message;
  return {
    ...message,
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(hardTimeout === undefined ? {} : { hardTimeout }),
    ...(flags === undefined ? {} : { flags }),
  };
}

export function groupMessages({ create, update, remove }: Plan<number, Group>): PlannedMessages<number> {
  return {
    build: inOrder(
      planned(create, (group) => ({ type: 'group_mod', command: 'add', ...group })),
      planned(update, ({ desired }) => ({ type: 'group_mod', command: 'modify', ...desired })),
    ),
    tearDown: planned(remove, (group) => ({ type: 'group_mod', command: 'delete', ...group, buckets: [] })),
  };
}

export function meterMessages({ create, update, remove }: Plan<number, Meter>): PlannedMessages<number> {
  return {
    build: inOrder(
      planned(create, (meter) => ({ type: 'meter_mod', command: 'add', ...meter })),
      planned(update, ({ desired }) => ({ type: 'meter_mod', command: 'modify', ...desired })),
    ),
    tearDown: planned(remove, (meter) => ({ type: 'meter_mod', command: 'delete', ...meter })),
  };
}

function planned<K, V>(items: ReadonlyMap<K, V>, message: (item: V) => BatchMessage): Planned<K> {
  const keys = [...items.keys()];
  const values = [...items.values()];
  return { keys, length: keys.length, at: (index) => message(values[index]!) };
}
