import {
  openVSwitchSchema,
  OvsdbError,
  parseSchema,
  Replica,
  Transaction,
  type LockState,
  type MonitorReply,
  type OpenVSwitchTables,
  type SessionEvent,
  type TransactionResult,
  type Uuid,
} from '@antrea-ts/ovsdb';
import { systemClock, type Clock } from '../clock.js';
import { OvsError } from '../errors.js';
import { silentLogger, type OvsLogger } from '../logger.js';
import { retryMs } from '../retry-ms.js';
import { checkSchema, explainNoDatabase, isHopeless } from './check-schema.js';
import { DatabaseConnection } from './connection.js';
import { deferred, type Deferred } from './deferred.js';
import { monitoredColumns, type OvsReplica, type OvsRowChange } from './monitored.js';
import type { OvsdbClient, OvsdbClientEvent, OvsdbOptions } from './ovsdb-client.js';
import { RowWaiters } from './row-waiters.js';

const DATABASE = 'Open_vSwitch';
const MONITOR = 'replica';
const RECONNECT_WAIT_MS = 5_000;

/**
 * Connects to `ovsdb-server`, checks the schema, and resolves when the replica is filled. Afterwards the connection
 * is kept: it is probed, re-made with backoff, and the replica is brought up to date with what changed meanwhile.
 * Throws an `OvsError`: `not running` naming socket and remedy after `connectTimeoutMs`, `schema` and `permission` at once.
 */
export async function connectOvsdb(options: OvsdbOptions): Promise<OvsdbClient> {
  const client = new Client(options);
  try {
    await client.start();
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

class Client implements OvsdbClient {
  readonly path: string;
  readonly replica: OvsReplica = new Replica(openVSwitchSchema, monitoredColumns);
  readonly #clock: Clock;
  readonly #logger: OvsLogger;
  readonly #connectTimeoutMs: number;
  readonly #probeIntervalMs: number;
  readonly #owner = new AbortController();
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<(event: OvsdbClientEvent) => void>();
  readonly #waiters = new RowWaiters();
  readonly #locks = new Set<string>();
  #connection: DatabaseConnection | undefined;
  #lastTransaction: Uuid | undefined;
  #lastError: unknown;
  #everConnected = false;
  #loop: Promise<void> | undefined;

  constructor(options: OvsdbOptions) {
    this.path = options.path;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#probeIntervalMs = options.probeIntervalMs ?? 5_000;
    this.#signal =
      options.signal === undefined ? this.#owner.signal : AbortSignal.any([options.signal, this.#owner.signal]);
  }

  get connected(): boolean {
    return this.#connection?.open === true;
  }

  async start(): Promise<void> {
    const ready = this.#connected(this.#connectTimeoutMs, this.#signal);
    this.#loop = this.#run().finally(() => this.#waiters.failAll(this.#signal.reason));
    await ready;
  }

  transaction(): Transaction<OpenVSwitchTables> {
    return new Transaction(openVSwitchSchema);
  }

  async transact(
    transaction: Transaction<OpenVSwitchTables>,
    options: { readonly signal: AbortSignal },
  ): Promise<TransactionResult> {
    const connection = await this.#connected(RECONNECT_WAIT_MS, options.signal);
    const result = await connection.request(connection.session.transact(transaction), options);
    return transaction.parseResult(result);
  }

  async waitForRow<T>(uuid: Uuid, test: () => T | undefined, options: { readonly signal: AbortSignal }): Promise<T> {
    this.#signal.throwIfAborted();
    return this.#waiters.wait(uuid, test, options);
  }

  subscribe(listener: (event: OvsdbClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  lock(name: string): void {
    this.#locks.add(name);
    this.#connection?.send(this.#connection.session.lock(name));
  }

  unlock(name: string): void {
    if (this.#locks.delete(name)) this.#connection?.send(this.#connection.session.unlock(name));
  }

  lockState(name: string): LockState | undefined {
    return this.#connection?.session.lockState(name);
  }

  async close(): Promise<void> {
    this.#owner.abort(new OvsError('closed', `connection to ovsdb-server at ${this.path} was closed`));
    await this.#loop;
  }

  /** Connects, serves, waits, again and again; ends when the client is closed or can never work. */
  async #run(): Promise<void> {
    for (let failures = 0; !this.#signal.aborted;) {
      try {
        await this.#serve(() => {
          failures = 0;
        });
      } catch (error) {
        this.#lastError = error;
        if (!this.#everConnected && isHopeless(error)) this.#owner.abort(error);
        if (this.#signal.aborted) return;
        this.#logger.debug('OVSDB connection attempt failed', { path: this.path, error });
      }
      await this.#clock.sleep(retryMs(failures++), { signal: this.#signal }).catch(() => undefined);
    }
  }

  async #serve(onReady: () => void): Promise<void> {
    const monitored = deferred<MonitorReply>();
    const connection = await DatabaseConnection.open({
      path: this.path,
      clock: this.#clock,
      probeIntervalMs: this.#probeIntervalMs,
      signal: this.#signal,
      onEvent: (event) => this.#onEvent(event, monitored),
    });
    const abort = () => connection.destroy(this.#signal.reason);
    this.#signal.addEventListener('abort', abort, { once: true });
    try {
      const ended = connection.closed.then((reason) => Promise.reject(reason));
      await Promise.race([this.#handshake(connection, monitored.promise), ended]);
      this.#connection = connection;
      this.#everConnected = true;
      onReady();
      this.#logger.info('Connected to OVSDB', { path: this.path });
      this.#emit({ kind: 'connected' });
      const reason = await connection.closed;
      this.#connection = undefined;
      if (!this.#signal.aborted) this.#logger.warn('Lost the OVSDB connection', { path: this.path, error: reason });
      this.#emit({ kind: 'disconnected', reason });
    } finally {
      this.#signal.removeEventListener('abort', abort);
      connection.destroy();
      await connection.closed;
    }
  }

  async #handshake(connection: DatabaseConnection, monitored: Promise<MonitorReply>): Promise<void> {
    const { session } = connection;
    const asked = connection.request(session.getSchema(DATABASE), { signal: this.#signal });
    const schema = await asked.catch((error: unknown) => {
      throw explainNoDatabase(error, DATABASE, this.path);
    });
    checkSchema(parseSchema(schema), this.path);
    connection.send(session.monitor(DATABASE, MONITOR, monitoredColumns, this.#lastTransaction));
    await monitored;
    for (const lock of this.#locks) connection.send(session.lock(lock));
  }

  #onEvent(event: SessionEvent, monitored: Deferred<MonitorReply>): void {
    switch (event.kind) {
      case 'monitored':
        this.#lastTransaction = event.reply.lastTransaction;
        this.#changed(this.#orForget(() => this.replica.resync(event.reply)));
        monitored.resolve(event.reply);
        break;
      case 'monitorFailed':
        monitored.reject(event.error);
        break;
      case 'updated':
        this.#lastTransaction = event.lastTransaction ?? this.#lastTransaction;
        this.#changed(this.#orForget(() => this.replica.apply(event.updates)));
        break;
      case 'monitorCanceled':
        throw new OvsdbError('disconnected', `monitor of ${DATABASE}: the server took the database away`);
      case 'lock':
        this.#emit(event);
        break;
      case 'broken':
        monitored.reject(event.error);
        break;
      default:
    }
  }

  /** After an update that does not fit, the next connection asks for everything. */
  #orForget<T>(update: () => T): T {
    try {
      return update();
    } catch (error) {
      this.#lastTransaction = undefined;
      throw error;
    }
  }

  #changed(changes: readonly OvsRowChange[]): void {
    if (changes.length === 0) return;
    for (const { uuid } of changes) this.#waiters.changed(uuid);
    this.#emit({ kind: 'updated', changes });
  }

  #emit(event: OvsdbClientEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's defect is not the connection's: let it surface as what it is, an uncaught error.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  async #connected(timeoutMs: number, caller: AbortSignal): Promise<DatabaseConnection> {
    if (this.#connection?.open === true) return this.#connection;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([caller, this.#signal, deadline]);
    try {
      return await this.#nextConnection(signal);
    } catch (error) {
      caller.throwIfAborted();
      if (error !== deadline.reason) throw error;
      if (this.#lastError instanceof OvsError) throw this.#lastError;
      const message = `connect to ovsdb-server at ${this.path}: no session after ${timeoutMs} ms`;
      throw new OvsError('time-out', message, { cause: this.#lastError });
    }
  }

  #nextConnection(signal: AbortSignal): Promise<DatabaseConnection> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        stop();
        reject(signal.reason as Error);
      };
      const stop = this.subscribe((event) => {
        if (event.kind !== 'connected' || this.#connection === undefined) return;
        stop();
        signal.removeEventListener('abort', abort);
        resolve(this.#connection);
      });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }
}
