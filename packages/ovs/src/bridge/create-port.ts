import { isOvsdbError, type Uuid } from '@antrea-ts/ovsdb';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { isOvsError, OvsError, vswitchdRemedy } from '../errors.js';
import { commit } from './commit.js';
import { withDeadline } from './deadline.js';
import { removePorts } from './delete-ports.js';
import { portOf, type OvsPort } from './ports.js';
import { toMap, type StringMap } from './string-map.js';

export interface PortSpec {
  /** Name of the port, its interface and the network device; at most 15 characters on Linux. */
  readonly name: string;
  /** Interface type (`internal`, `geneve`, ...); without it, an existing network device is taken. */
  readonly type?: string;
  /** The OpenFlow port number wanted, 1 to 65279; 0 or absent lets Open vSwitch choose. */
  readonly ofPortRequest?: number;
  readonly options?: StringMap;
  /** VLAN of the port where the switch learns by itself (action NORMAL); other actions do not look at it. Absent: none. */
  readonly tag?: number;
  /** Of the Port row. */
  readonly externalIds?: StringMap;
  readonly mtuRequest?: number;
}

export interface CreatePortOptions {
  readonly signal: AbortSignal;
  /** How long to wait for vswitchd; 5 s as in Antrea 1.3. */
  readonly timeoutMs?: number;
}

/** A port that vswitchd has made. */
export type CreatedPort = OvsPort & { readonly ofPort: number };

const DEFAULT_TIMEOUT_MS = 5_000;
const CLEANUP_TIMEOUT_MS = 2_000;

/**
 * Adds a port to a bridge in one transaction and waits for vswitchd to give it its OpenFlow number. Many may run at
 * once. After an error nothing of the port stays, except when the database is out of reach just then. Throws an `OvsError`: `bridge missing`, `port exists` (also
 * when another bridge has it), `port failed` with vswitchd's own words, `time-out`.
 */
export async function createPort(
  database: OvsdbClient,
  bridge: string,
  spec: PortSpec,
  options: CreatePortOptions,
): Promise<CreatedPort> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const what = `create port ${spec.name} on bridge ${bridge}`;
  signal.throwIfAborted();
  // The caller's signal does not reach the transaction: given up half-way, it would leave a port nobody knows of.
  const uuids = await withDeadline(timeoutMs, new AbortController().signal, unanswered(what), (limited) =>
    insertPort(database, bridge, spec, what, limited),
  );
  try {
    await withDeadline(timeoutMs, signal, unmade(what), (limited) =>
      database.waitForRow(uuids.interface, () => ofPortOf(database, uuids.interface, what, spec), { signal: limited }),
    );
    return portOf(database.replica, uuids.port) as CreatedPort;
  } catch (error) {
    // The caller's signal may be the reason we are here, so the clean-up has a deadline of its own.
    await removePorts(database, bridge, [uuids.port], { signal: AbortSignal.timeout(CLEANUP_TIMEOUT_MS) }).catch(
      () => undefined,
    );
    throw error;
  }
}

function unanswered(what: string) {
  return () => ({ message: `${what}: ovsdb-server did not answer`, remedy: 'look whether ovsdb-server runs' });
}

function unmade(what: string) {
  return () => ({ message: `${what}: ovs-vswitchd gave it no ofport`, remedy: vswitchdRemedy });
}

async function insertPort(
  database: OvsdbClient,
  bridge: string,
  spec: PortSpec,
  what: string,
  signal: AbortSignal,
): Promise<{ readonly port: Uuid; readonly interface: Uuid }> {
  const transaction = database.transaction();
  const inserted = transaction.insert('Interface', {
    name: spec.name,
    ...(spec.type !== undefined && { type: spec.type }),
    ...(spec.ofPortRequest !== undefined && spec.ofPortRequest !== 0 && { ofport_request: spec.ofPortRequest }),
    ...(spec.options !== undefined && { options: toMap(spec.options) }),
    ...(spec.mtuRequest !== undefined && { mtu_request: spec.mtuRequest }),
  });
  const port = transaction.insert('Port', {
    name: spec.name,
    interfaces: [inserted],
    ...(spec.tag !== undefined && { tag: spec.tag }),
    ...(spec.externalIds !== undefined && { external_ids: toMap(spec.externalIds) }),
  });
  const added = transaction.mutate('Bridge', [['name', '==', bridge]], [['ports', 'insert', [port]]]);
  const result = await commit(database, what, transaction, { signal }).catch((error: unknown) => {
    throw isNameTaken(error) ? new OvsError('port exists', `${what}: the name is taken`, { cause: error }) : error;
  });
  // Rows that no bridge refers to are gone again by themselves.
  if (result.count(added) === 0) throw new OvsError('bridge missing', `${what}: there is no such bridge`);
  return { port: result.uuid(port), interface: result.uuid(inserted) };
}

/** The only constraint our values can violate at commit is the uniqueness of names. */
function isNameTaken(error: unknown): boolean {
  return (
    isOvsError(error, 'database') &&
    isOvsdbError(error.cause, 'constraint violation') &&
    error.cause.operationIndex === undefined
  );
}

function ofPortOf(database: OvsdbClient, uuid: Uuid, what: string, spec: PortSpec): number | undefined {
  const row = database.replica.get('Interface', uuid);
  if (row === undefined) throw new OvsError('port missing', `${what}: somebody deleted it meanwhile`);
  if (row.ofport !== undefined && row.ofport > 0) return row.ofport;
  if (row.ofport === undefined && row.error === undefined) return undefined;
  const reason = row.error ?? 'vswitchd gives no reason';
  const device =
    spec.type === undefined || spec.type === '' ? 'the network device' : `type ${spec.type} and its options`;
  throw new OvsError('port failed', `${what}: ${reason}`, { remedy: `check ${device}` });
}
