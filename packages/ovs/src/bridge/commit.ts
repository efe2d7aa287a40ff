import { isOvsdbError, type OpenVSwitchTables, type Transaction, type TransactionResult } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { OvsError, vswitchdRemedy } from '../errors.js';
import { withDeadline } from './deadline.js';

export interface CommitOptions {
  readonly signal: AbortSignal;
}

const APPLY_TIMEOUT_MS = 10_000;

/** Runs a transaction; a refusal of the server becomes an `OvsError` `database` that names what was attempted. */
export async function commit(
  database: OvsdbClient,
  what: string,
  transaction: Transaction<OpenVSwitchTables>,
  { signal }: CommitOptions,
): Promise<TransactionResult> {
  try {
    return await database.transact(transaction, { signal });
  } catch (error) {
    if (!isOvsdbError(error)) throw error;
    throw new OvsError('database', `${what}: ${error.message}`, { cause: error });
  }
}

/**
 * Runs a transaction and waits until vswitchd has acted on it: `next_cfg` is raised with it, and vswitchd copies that
 * to `cur_cfg` when it is done.
 */
export async function commitAndApply(
  database: OvsdbClient,
  what: string,
  transaction: Transaction<OpenVSwitchTables>,
  { signal }: CommitOptions,
): Promise<TransactionResult> {
  const { _uuid } = rootRow(database);
  const root = [['_uuid', '==', _uuid]] as const;
  transaction.mutate('Open_vSwitch', root, [['next_cfg', '+=', 1]]);
  const selection = transaction.select('Open_vSwitch', root, ['next_cfg']);
  const result = await commit(database, what, transaction, { signal });
  const wanted = result.rows(selection)[0]?.next_cfg ?? 0;
  const explain = () => ({ message: `${what}: ovs-vswitchd did not act on it`, remedy: vswitchdRemedy });
  await withDeadline(APPLY_TIMEOUT_MS, signal, explain, (limited) =>
    database.waitForRow(
      _uuid,
      () => ((database.replica.get('Open_vSwitch', _uuid)?.cur_cfg ?? 0) >= wanted ? true : undefined),
      { signal: limited },
    ),
  );
  return result;
}

/** The one row of table `Open_vSwitch`; throws `schema` when the database was never initialised. */
export function rootRow(database: OvsdbClient) {
  for (const row of database.replica.rows('Open_vSwitch').values()) return row;
  throw new OvsError('schema', `database at ${database.path}: table Open_vSwitch is empty`, {
    remedy: 'initialise it with "ovs-vsctl --no-wait init"',
  });
}
