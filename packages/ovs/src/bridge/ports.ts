import type { Uuid } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import type { OvsReplica } from '../database/monitored.js';

/** A port of a bridge with its interface, as the database has it. */
export interface OvsPort {
  readonly name: string;
  readonly uuid: Uuid;
  readonly interfaceUuid: Uuid;
  /** The OpenFlow port number; `undefined` until vswitchd made the port, and when it could not. */
  readonly ofPort: number | undefined;
  /** The OpenFlow port number that was asked for. */
  readonly ofPortRequest: number | undefined;
  /** Interface type; '' is a system interface. */
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
  /** VLAN of the port: what the switch takes untagged packets for. */
  readonly tag: number | undefined;
  /** VLANs that the port carries with their tags; none: all of them, or none where it has a VLAN of its own. */
  readonly trunks: readonly number[];
  readonly vlanMode: string | undefined;
  /** Of the Port row. */
  readonly externalIds: ReadonlyMap<string, string>;
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  /** The MTU that vswitchd was asked to set. */
  readonly mtuRequest: number | undefined;
  /** Whether the device is up; `undefined` until vswitchd has it. */
  readonly up: boolean | undefined;
  /** Why vswitchd could not make it. */
  readonly error: string | undefined;
}

/** A port that vswitchd could not open has -1. */
const NO_PORT = -1;

/** A bond's port has more interfaces; its first stands for it. */
export function portOf(replica: OvsReplica, uuid: Uuid): OvsPort | undefined {
  const port = replica.get('Port', uuid);
  const [interfaceUuid] = port?.interfaces ?? [];
  const row = interfaceUuid === undefined ? undefined : replica.get('Interface', interfaceUuid);
  if (port === undefined || row === undefined) return undefined;
  return {
    name: port.name,
    uuid,
    interfaceUuid: row._uuid,
    ofPort: row.ofport === NO_PORT ? undefined : row.ofport,
    ofPortRequest: row.ofport_request,
    type: row.type,
    options: row.options,
    tag: port.tag,
    trunks: port.trunks,
    vlanMode: port.vlan_mode,
    externalIds: port.external_ids,
    mac: row.mac_in_use,
    mtu: row.mtu,
    mtuRequest: row.mtu_request,
    up: row.admin_state === undefined ? undefined : row.admin_state === 'up',
    error: row.error,
  };
}

/** The ports of a bridge, from the replica; of an absent bridge none. */
export function listPorts(database: OvsdbClient, bridge: string): readonly OvsPort[] {
  const ports = database.replica.find('Bridge', 'name', bridge)?.ports ?? [];
  return ports.map((uuid) => portOf(database.replica, uuid)).filter((port) => port !== undefined);
}

/** A bridge's port by name. */
export function findPort(database: OvsdbClient, bridge: string, name: string): OvsPort | undefined {
  const port = database.replica.find('Port', 'name', name);
  const ports = database.replica.find('Bridge', 'name', bridge)?.ports ?? [];
  return port !== undefined && ports.includes(port._uuid) ? portOf(database.replica, port._uuid) : undefined;
}
