import type { OvsdbClient } from '../database/ovsdb-client.js';
import { OvsError } from '../errors.js';
import { commit, rootRow, type CommitOptions } from './commit.js';
import { withDeadline } from './deadline.js';
import { toMap, type StringMap } from './string-map.js';

const FLOW_RESTORE_WAIT = 'flow-restore-wait';
const FLOW_RESTORE_TIMEOUT_MS = 2_000;

/** The version Open vSwitch wrote into the database when it was started; `undefined` if nobody did. */
export function ovsVersion(database: OvsdbClient): string | undefined {
  return rootRow(database).ovs_version;
}

/** `Open_vSwitch.other_config`. */
export function otherConfig(database: OvsdbClient): ReadonlyMap<string, string> {
  return rootRow(database).other_config;
}

/** Adds pairs to `Open_vSwitch.other_config`; keys that are there get the new value. */
export async function addOtherConfig(database: OvsdbClient, pairs: StringMap, options: CommitOptions): Promise<void> {
  const map = toMap(pairs);
  const transaction = database.transaction();
  transaction.mutate(
    'Open_vSwitch',
    [['_uuid', '==', rootRow(database)._uuid]],
    [
      ['other_config', 'delete', [...map.keys()]],
      ['other_config', 'insert', map],
    ],
  );
  await commit(database, `set other_config ${[...map.keys()].join(', ')}`, transaction, options);
}

/** Deletes pairs from `Open_vSwitch.other_config`, each only if its value is the given one. */
export async function deleteOtherConfig(
  database: OvsdbClient,
  pairs: StringMap,
  options: CommitOptions,
): Promise<void> {
  const map = toMap(pairs);
  const transaction = database.transaction();
  const where = [['_uuid', '==', rootRow(database)._uuid]] as const;
  transaction.mutate('Open_vSwitch', where, [['other_config', 'delete', map]]);
  await commit(database, `delete other_config ${[...map.keys()].join(', ')}`, transaction, options);
}

/** Whether vswitchd holds packets back until flows are restored. */
export function isFlowRestoreWaiting(database: OvsdbClient): boolean {
  return otherConfig(database).get(FLOW_RESTORE_WAIT) === 'true';
}

/**
 * Lets vswitchd forward, once the flows are installed: deletes `flow-restore-wait=true` and returns true. As Antrea 1.3
 * does, it first waits up to 2 s for the key to appear, because the script that restarts Open vSwitch may not have set it
 * yet; false when it never does.
 */
export async function clearFlowRestoreWait(
  database: OvsdbClient,
  options: CommitOptions & { readonly waitMs?: number },
): Promise<boolean> {
  const waiting = () => (isFlowRestoreWaiting(database) ? true : undefined);
  try {
    await withDeadline(options.waitMs ?? FLOW_RESTORE_TIMEOUT_MS, options.signal, explainRestoreWait, (signal) =>
      database.waitForRow(rootRow(database)._uuid, waiting, { signal }),
    );
  } catch (error) {
    if (error instanceof OvsError && error.code === 'time-out') return false;
    throw error;
  }
  await deleteOtherConfig(database, { [FLOW_RESTORE_WAIT]: 'true' }, { signal: options.signal });
  return true;
}

function explainRestoreWait() {
  return { message: 'wait for flow-restore-wait' };
}
