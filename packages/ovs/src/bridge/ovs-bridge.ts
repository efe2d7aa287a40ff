import type { InterfaceRow, PortRow, RowInput } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { OvsError } from '../errors.js';
import { commit, commitAndApply, rootRow, type CommitOptions } from './commit.js';
import { createPort, type CreatedPort, type CreatePortOptions, type PortSpec } from './create-port.js';
import { removePorts } from './delete-ports.js';
import { ensurePort } from './ensure-port.js';
import { findPort, listPorts, type OvsPort } from './ports.js';
import { toMap, type StringMap } from './string-map.js';

/** The operations on one bridge. Reading is from the replica and immediate; writing is one transaction each. */
export interface OvsBridge {
  readonly name: string;
  ports(): readonly OvsPort[];
  port(name: string): OvsPort | undefined;
  /**
   * Adds a port in one transaction and resolves when vswitchd gave it its OpenFlow number; many may run at once. After
   * an error nothing of the port stays, except when the database is out of reach just then. Throws an `OvsError`: `bridge missing`, `port exists` (also when another bridge
   * has it), `port failed` with vswitchd's own words, `time-out`.
   */
  createPort(spec: PortSpec, options: CreatePortOptions): Promise<CreatedPort>;
  /**
   * Makes the port, or corrects what of it differs and nothing else: what the spec leaves out stays as it is, but for
   * VLAN settings, and so do pairs of others in `external_ids`. Returns what was different, one sentence each with what it was. Throws as
   * `createPort`.
   */
  ensurePort(spec: PortSpec, options: CreatePortOptions): Promise<readonly string[]>;
  /** Removes ports by name; absent ones are fine. Resolves when the database has it; vswitchd follows. */
  deletePorts(names: readonly string[], options: CommitOptions): Promise<void>;
  deletePort(name: string, options: CommitOptions): Promise<void>;
  /** Replaces all options of the port's interface. */
  setPortOptions(name: string, options: StringMap, commitOptions: CommitOptions): Promise<void>;
  /** Asks vswitchd to set the MTU of the port's device; `undefined` takes the wish back. */
  setMtuRequest(name: string, mtu: number | undefined, options: CommitOptions): Promise<void>;
  /** Replaces all `external_ids` of the port. */
  setPortExternalIds(name: string, externalIds: StringMap, options: CommitOptions): Promise<void>;
  /** `external_ids` of the bridge; throws `bridge missing`. */
  externalIds(): ReadonlyMap<string, string>;
  /** Replaces all `external_ids` of the bridge. */
  setExternalIds(externalIds: StringMap, options: CommitOptions): Promise<void>;
  /** The datapath id as 16 hex digits, once vswitchd has made the bridge. */
  datapathId(): string | undefined;
  /** Removes the bridge with its ports and waits for vswitchd; an absent bridge is fine. */
  delete(options: CommitOptions): Promise<void>;
}

/** The operations on a bridge by name; whether it exists shows when one is used. */
export function openBridge(database: OvsdbClient, name: string): OvsBridge {
  return new DatabaseBridge(database, name);
}

class DatabaseBridge implements OvsBridge {
  readonly name: string;
  readonly #database: OvsdbClient;

  constructor(database: OvsdbClient, name: string) {
    this.#database = database;
    this.name = name;
  }

  ports(): readonly OvsPort[] {
    return listPorts(this.#database, this.name);
  }

  port(name: string): OvsPort | undefined {
    return findPort(this.#database, this.name, name);
  }

  createPort(spec: PortSpec, options: CreatePortOptions): Promise<CreatedPort> {
    return createPort(this.#database, this.name, spec, options);
  }

  ensurePort(spec: PortSpec, options: CreatePortOptions): Promise<readonly string[]> {
    return ensurePort(this.#database, this.name, spec, options);
  }

  async deletePorts(names: readonly string[], options: CommitOptions): Promise<void> {
    const uuids = names.map((name) => this.port(name)?.uuid).filter((uuid) => uuid !== undefined);
    await removePorts(this.#database, this.name, uuids, options);
  }

  deletePort(name: string, options: CommitOptions): Promise<void> {
    return this.deletePorts([name], options);
  }

  setPortOptions(name: string, options: StringMap, commitOptions: CommitOptions): Promise<void> {
    return this.#updateInterface(name, { options: toMap(options) }, commitOptions);
  }

  setMtuRequest(name: string, mtu: number | undefined, options: CommitOptions): Promise<void> {
    return this.#updateInterface(name, { mtu_request: mtu }, options);
  }

  async setPortExternalIds(name: string, externalIds: StringMap, options: CommitOptions): Promise<void> {
    const what = `set external_ids of port ${name}`;
    const row: RowInput<PortRow> = { external_ids: toMap(externalIds) };
    const transaction = this.#database.transaction();
    transaction.update('Port', [['_uuid', '==', this.#existing(name, what).uuid]], row);
    await commit(this.#database, what, transaction, options);
  }

  externalIds(): ReadonlyMap<string, string> {
    return this.#row('read external_ids').external_ids;
  }

  async setExternalIds(externalIds: StringMap, options: CommitOptions): Promise<void> {
    const what = `set external_ids of bridge ${this.name}`;
    const transaction = this.#database.transaction();
    const row = { external_ids: toMap(externalIds) };
    const updated = transaction.update('Bridge', [['name', '==', this.name]], row);
    const result = await commit(this.#database, what, transaction, options);
    if (result.count(updated) === 0) throw new OvsError('bridge missing', `${what}: there is no such bridge`);
  }

  datapathId(): string | undefined {
    return this.#row('read datapath_id').datapath_id;
  }

  async delete(options: CommitOptions): Promise<void> {
    const uuid = this.#database.replica.find('Bridge', 'name', this.name)?._uuid;
    if (uuid === undefined) return;
    const transaction = this.#database.transaction();
    const root = rootRow(this.#database)._uuid;
    transaction.mutate('Open_vSwitch', [['_uuid', '==', root]], [['bridges', 'delete', [uuid]]]);
    await commitAndApply(this.#database, `delete bridge ${this.name}`, transaction, options);
  }

  async #updateInterface(name: string, row: RowInput<InterfaceRow>, options: CommitOptions): Promise<void> {
    const what = `set ${Object.keys(row).join(', ')} of port ${name}`;
    const transaction = this.#database.transaction();
    transaction.update('Interface', [['_uuid', '==', this.#existing(name, what).interfaceUuid]], row);
    await commit(this.#database, what, transaction, options);
  }

  #existing(name: string, what: string): OvsPort {
    const port = this.port(name);
    if (port !== undefined) return port;
    throw new OvsError('port missing', `${what}: bridge ${this.name} has no such port`);
  }

  #row(what: string) {
    const row = this.#database.replica.find('Bridge', 'name', this.name);
    if (row !== undefined) return row;
    throw new OvsError('bridge missing', `${what}: there is no bridge ${this.name}`);
  }
}
