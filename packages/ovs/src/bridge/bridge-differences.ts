import type { BridgeRow } from '@antrea-ts/ovsdb';
import type { BridgeSpec } from './ensure-bridge.js';
import { toMap } from './string-map.js';

export type ComparedBridge = Pick<
  BridgeRow,
  'datapath_type' | 'protocols' | 'fail_mode' | 'external_ids' | 'other_config'
>;

/** Where a bridge is not as asked for, one sentence each with what it was: `fail_mode was standalone, not secure`. */
export function bridgeDifferences(existing: ComparedBridge, spec: BridgeSpec): readonly string[] {
  const differences: string[] = [];
  const compare = (what: string, found: string | undefined, wanted: string): void => {
    if (found !== wanted) differences.push(`${what} was ${found || 'unset'}, not ${wanted}`);
  };
  compare('datapath_type', existing.datapath_type, spec.datapathType);
  compare('protocols', listed(existing.protocols), listed(spec.protocols));
  if (spec.failMode !== undefined) compare('fail_mode', existing.fail_mode, spec.failMode);
  for (const [key, value] of toMap(spec.externalIds ?? {})) {
    compare(`external_ids:${key}`, existing.external_ids.get(key), value);
  }
  for (const [key, value] of toMap(spec.otherConfig ?? {})) {
    compare(`other_config:${key}`, existing.other_config.get(key), value);
  }
  return differences;
}

function listed(versions: readonly string[]): string {
  return versions.toSorted().join(',');
}
