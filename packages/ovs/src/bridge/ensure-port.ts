import type { InterfaceRow, RowInput } from '@antrea-ts/ovsdb';
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
  const { interface: row, externalIds } = corrections(existing, spec);
  if (Object.keys(row).length > 0) {
    transaction.update('Interface', [['_uuid', '==', existing.interfaceUuid]], row);
  }
  if (externalIds) transaction.update('Port', [['_uuid', '==', existing.uuid]], { external_ids: externalIds });
  await commit(database, `correct port ${spec.name} on bridge ${bridge}`, transaction, options);
  return differences;
}

/** Where a port is not as asked for, one sentence each with what it was. */
export function portDifferences(port: OvsPort, spec: PortSpec): readonly string[] {
  const differences: string[] = [];
  const compare = (what: string, found: string | number | undefined, wanted: string | number | undefined): void => {
    if (wanted === undefined || found === wanted) return;
    differences.push(`${what} was ${found === undefined || found === '' ? 'unset' : found}, not ${wanted || 'unset'}`);
  };
  compare('type', port.type, spec.type);
  compare('ofport_request', port.ofPortRequest, spec.ofPortRequest);
  compare('mtu_request', port.mtuRequest, spec.mtuRequest);
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
  readonly externalIds: ReadonlyMap<string, string> | undefined;
}

function corrections(port: OvsPort, spec: PortSpec): Corrections {
  const options = toMap(spec.options ?? port.options);
  const externalIds = toMap(spec.externalIds ?? {});
  const { type, ofPortRequest, mtuRequest } = spec;
  return {
    interface: {
      ...(type !== undefined && type !== port.type && { type }),
      ...(ofPortRequest !== undefined && ofPortRequest !== port.ofPortRequest && { ofport_request: ofPortRequest }),
      ...(mtuRequest !== undefined && mtuRequest !== port.mtuRequest && { mtu_request: mtuRequest }),
      ...(!samePairs(port.options, options) && { options }),
    },
    externalIds: includesPairs(port.externalIds, externalIds)
      ? undefined
      : new Map([...port.externalIds, ...externalIds]),
  };
}
