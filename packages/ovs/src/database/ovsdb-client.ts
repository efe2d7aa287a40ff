import type { LockState, OpenVSwitchTables, Transaction, TransactionResult, Uuid } from '@antrea-ts/ovsdb';
import type { Clock } from '../clock.js';
import type { OvsLogger } from '../logger.js';
import type { OvsReplica, OvsRowChange } from './monitored.js';

export interface OvsdbOptions {
  /** The server's Unix socket (`/var/run/openvswitch/db.sock`), or a named pipe on Windows. */
  readonly path: string;
  readonly clock?: Clock;
  readonly logger?: OvsLogger;
  /** Ends the client, whenever it is aborted. */
  readonly signal?: AbortSignal;
  /** How long to try before the first connection stands; 10 s. Later ones are tried for ever. */
  readonly connectTimeoutMs?: number;
  /** Silence after which the server is probed; 5 s. */
  readonly probeIntervalMs?: number;
}

export type OvsdbClientEvent =
  /** The replica is current; at a reconnect, the `updated` event before tells what happened meanwhile. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly reason: unknown }
  | { readonly kind: 'updated'; readonly changes: readonly OvsRowChange[] }
  | { readonly kind: 'lock'; readonly lock: string; readonly state: LockState };

/** A session that outlives connections: database `Open_vSwitch` with a replica. */
export interface OvsdbClient {
  readonly path: string;
  /** What is known of the database; stays as it was while disconnected. */
  readonly replica: OvsReplica;
  readonly connected: boolean;
  /** A transaction to fill. */
  transaction(): Transaction<OpenVSwitchTables>;
  /**
   * Runs a transaction; when the promise resolves, the replica has its changes. While disconnected it waits up to
   * five seconds for the connection. Throws `OvsdbError` by the server's code, `disconnected` when the connection
   * broke before the answer (the outcome is then unknown), `OvsError` when there is no connection.
   */
  transact(
    transaction: Transaction<OpenVSwitchTables>,
    options: { readonly signal: AbortSignal },
  ): Promise<TransactionResult>;
  /** Resolves with the first answer of `test` that is not `undefined`; asked now and whenever the row changes. */
  waitForRow<T>(uuid: Uuid, test: () => T | undefined, options: { readonly signal: AbortSignal }): Promise<T>;
  /** Calls the listener for each event, until the function it returns is called. */
  subscribe(listener: (event: OvsdbClientEvent) => void): () => void;
  /** Asks for a lock, again after each reconnect; `lock` events tell whether it is held. */
  lock(name: string): void;
  unlock(name: string): void;
  /** `undefined` while disconnected or not asked for. */
  lockState(name: string): LockState | undefined;
  close(): Promise<void>;
}
