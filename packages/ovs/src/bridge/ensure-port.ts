import type { InterfaceRow, PortRow, RowInput } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { commit } from './commit.js';
import { createPort, type CreatePortOptions, type PortSpec } from './create-port.js';
import { findPort, type OvsPort } from './ports.js';
import { includesPairs, samePairs, toMap } from './string-map.js';

/** Makes a port, or corrects what of it differs in one transaction. Returns what was different. */
export async function ensurePort(
  database: OvsdbClient,
  bridge: string,
  spec: PortSpec,
  options: CreatePortOptions,
): Promise<readonly string[]> {
  const existing = findPort(database, bridge, spec.name);
  if (existing === undefined) {
    await createPort(database, bridge, spec, options);
    return ['it was deleted'];
  }
  const differences = portDifferences(existing, spec);
  if (differences.length === 0) return [];
  const transaction = database.transaction();
  const corrected = corrections(existing, spec);
  if (Object.keys(corrected.interface).length > 0) {
    transaction.update('Interface', [['_uuid', '==', existing.interfaceUuid]], corrected.interface);
  }
  if (Object.keys(corrected.port).length > 0) {
    transaction.update('Port', [['_uuid', '==', existing.uuid]], corrected.port);
  }
  await commit(database, `correct port ${spec.name} on bridge ${bridge}`, transaction, options);
  return differences;
}

/** Where a port is not as asked for, one sentence each with what it was. */
export function portDifferences(port: OvsPort, spec: PortSpec): readonly string[] {
  const differences: string[] = [];
  const compare = (what: string, found: string | number | undefined, wanted: string | number | undefined): void => {
    if (wanted === undefined || found === wanted) return;
    differences.push(`${what} was ${found || 'unset'}, not ${wanted || 'unset'}`);
  };
  compare('type', port.type, spec.type);
  compare('ofport_request', port.ofPortRequest ?? 0, spec.ofPortRequest);
  compare('mtu_request', port.mtuRequest, spec.mtuRequest);
  // As text: 0 is a VLAN like others.
  compare('tag', port.tag?.toString() ?? '', spec.tag?.toString() ?? '');
  compare('trunks', port.trunks.join(','), '');
  compare('vlan_mode', port.vlanMode ?? '', '');
  const options = toMap(spec.options ?? port.options);
  for (const key of new Set([...port.options.keys(), ...options.keys()])) {
    compare(`options:${key}`, port.options.get(key), options.get(key) ?? '');
  }
  for (const [key, value] of toMap(spec.externalIds ?? {})) {
    compare(`external_ids:${key}`, port.externalIds.get(key), value);
  }
  return differences;
}

interface Corrections {
  readonly interface: RowInput<InterfaceRow>;
  readonly port: RowInput<PortRow>;
}

function corrections(port: OvsPort, spec: PortSpec): Corrections {
  const options = toMap(spec.options ?? port.options);
  const externalIds = toMap(spec.externalIds ?? {});
  const { type, ofPortRequest, mtuRequest } = spec;
  return {
    interface: {
      ...(type !== undefined && type !== port.type && { type }),
      ...(ofPortRequest !== undefined &&
        ofPortRequest !== (port.ofPortRequest ?? 0) && { ofport_request: ofPortRequest || undefined }),
      ...(mtuRequest !== undefined && mtuRequest !== port.mtuRequest && { mtu_request: mtuRequest }),
      ...(!samePairs(port.options, options) && { options }),
    },
    port: {
      ...(port.tag !== spec.tag && { tag: spec.tag }),
      ...(port.trunks.length > 0 && { trunks: [] }),
      ...(port.vlanMode !== undefined && { vlan_mode: undefined }),
      ...(!includesPairs(port.externalIds, externalIds) && {
        external_ids: new Map([...port.externalIds, ...externalIds]),
      }),
    },
  };
}
