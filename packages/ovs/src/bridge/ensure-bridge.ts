import type { BridgeRow, RowInput } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { commitAndApply, rootRow, type CommitOptions } from './commit.js';
import { openBridge, type OvsBridge } from './ovs-bridge.js';
import { includesPairs, toMap, type StringMap } from './string-map.js';

export type OpenFlowVersion = BridgeRow['protocols'][number];

export interface BridgeSpec {
  readonly name: string;
  /** `system` or `netdev`. */
  readonly datapathType: string;
  readonly protocols: readonly OpenFlowVersion[];
  /** Left as it is when absent. */
  readonly failMode?: 'standalone' | 'secure';
  /** Pairs that must be there; others stay. */
  readonly externalIds?: StringMap;
  /** Pairs that must be there; others stay. */
  readonly otherConfig?: StringMap;
}

/**
 * Makes the bridge, or corrects what differs and nothing else, and waits until vswitchd has it: also when nothing
 * differs, because vswitchd may have started a moment ago. Throws an `OvsError` `time-out` when vswitchd does not act.
 */
export async function ensureBridge(
  database: OvsdbClient,
  spec: BridgeSpec,
  options: CommitOptions,
): Promise<OvsBridge> {
  const transaction = database.transaction();
  const existing = database.replica.find('Bridge', 'name', spec.name);
  if (existing === undefined) {
    const bridge = transaction.insert('Bridge', { name: spec.name, ...wantedColumns(spec), ...wantedMaps(spec) });
    const root = rootRow(database)._uuid;
    transaction.mutate('Open_vSwitch', [['_uuid', '==', root]], [['bridges', 'insert', [bridge]]]);
    await commitAndApply(database, `create bridge ${spec.name}`, transaction, options);
  } else {
    addDifferences(transaction, existing, spec);
    await commitAndApply(database, `update bridge ${spec.name}`, transaction, options);
  }
  return openBridge(database, spec.name);
}

function wantedColumns(spec: BridgeSpec): RowInput<BridgeRow> {
  return {
    datapath_type: spec.datapathType,
    protocols: spec.protocols,
    ...(spec.failMode !== undefined && { fail_mode: spec.failMode }),
  };
}

function wantedMaps(spec: BridgeSpec): RowInput<BridgeRow> {
  return { external_ids: toMap(spec.externalIds ?? {}), other_config: toMap(spec.otherConfig ?? {}) };
}

type Existing = Pick<
  BridgeRow,
  '_uuid' | 'datapath_type' | 'protocols' | 'fail_mode' | 'external_ids' | 'other_config'
>;

/** Adds the operations that correct an existing bridge; none if it is as asked for. */
function addDifferences(
  transaction: ReturnType<OvsdbClient['transaction']>,
  existing: Existing,
  spec: BridgeSpec,
): void {
  const where = [['_uuid', '==', existing._uuid]] as const;
  const sameProtocols =
    existing.protocols.length === spec.protocols.length &&
    spec.protocols.every((version) => existing.protocols.includes(version));
  const sameFailMode = spec.failMode === undefined || existing.fail_mode === spec.failMode;
  if (existing.datapath_type !== spec.datapathType || !sameProtocols || !sameFailMode) {
    transaction.update('Bridge', where, wantedColumns(spec));
  }
  for (const column of ['external_ids', 'other_config'] as const) {
    const wanted = toMap((column === 'external_ids' ? spec.externalIds : spec.otherConfig) ?? {});
    if (includesPairs(existing[column], wanted)) continue;
    // Inserting does not overwrite, so the keys go first.
    transaction.mutate('Bridge', where, [
      [column, 'delete', [...wanted.keys()]],
      [column, 'insert', wanted],
    ]);
  }
}
