import type { Uuid } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { commit, type CommitOptions } from './commit.js';

/** Takes ports off a bridge; their rows go with them. Absent ports and bridges are fine. */
export async function removePorts(
  database: OvsdbClient,
  bridge: string,
  uuids: readonly Uuid[],
  options: CommitOptions,
): Promise<void> {
  if (uuids.length === 0) return;
  const transaction = database.transaction();
  transaction.mutate('Bridge', [['name', '==', bridge]], [['ports', 'delete', uuids]]);
  await commit(database, `delete ${uuids.length} port(s) of bridge ${bridge}`, transaction, options);
}
