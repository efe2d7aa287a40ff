import { connect, type Socket } from 'node:net';
import {
  OvsdbError,
  OvsdbSession,
  type Json,
  type SentRequest,
  type SessionEvent,
  type SessionStep,
} from '@antrea-ts/ovsdb';
import type { Clock } from '../clock.js';
import { connectError } from '../errors.js';

interface Waiter {
  resolve(result: Json): void;
  reject(error: unknown): void;
}

export interface ConnectionOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly probeIntervalMs: number;
  /** Events that are no answers; called in the order of the wire. An exception ends the connection. */
  readonly onEvent: (event: SessionEvent) => void;
}

/** One connection to the database server: a socket and a session. Ends with `closed`; a new one starts afresh. */
export class DatabaseConnection {
  readonly session: OvsdbSession;
  /** Resolves, never rejects, with the reason when the connection is over. */
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #waiters = new Map<number, Waiter>();
  readonly #ended = new AbortController();
  #reason: unknown;

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.session = new OvsdbSession({ probeIntervalMs: options.probeIntervalMs });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end();
        resolve(this.#reason);
      });
    });
  }

  /** Opens the socket; throws an `OvsError` naming it, or the signal's reason. */
  static async open(options: ConnectionOptions & { readonly signal: AbortSignal }): Promise<DatabaseConnection> {
    const { path, signal } = options;
    signal.throwIfAborted();
    const socket = connect({ path });
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject).once('close', reject);
      });
    } catch (error) {
      signal.throwIfAborted();
      throw connectError('ovsdb-server', path, error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    const connection = new DatabaseConnection(socket, options);
    connection.#start();
    return connection;
  }

  /** False as soon as the end is known, which is before `closed` resolves. */
  get open(): boolean {
    return !this.#socket.destroyed;
  }

  /** Sends a request and waits for its answer. Aborting gives up the wait and tells the server to do so too. */
  async request(sent: SentRequest, options: { readonly signal: AbortSignal }): Promise<Json> {
    const { signal } = options;
    signal.throwIfAborted();
    if (!this.open) throw new OvsdbError('disconnected', 'request: the connection has ended', { cause: this.#reason });
    const abort = () => {
      const waiter = this.#waiters.get(sent.id);
      this.#waiters.delete(sent.id);
      this.send(this.session.cancel(sent.id));
      waiter?.reject(signal.reason);
    };
    try {
      return await new Promise<Json>((resolve, reject) => {
        this.#waiters.set(sent.id, { resolve, reject });
        signal.addEventListener('abort', abort, { once: true });
        this.send(sent.send);
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  send(bytes: Uint8Array): void {
    if (this.open) this.#socket.write(bytes);
  }

  /** Ends the connection; what is unanswered fails. Harmless when repeated. */
  destroy(reason?: unknown): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #start(): void {
    this.#socket.on('error', (error) => {
      this.#reason ??= error;
    });
    this.#socket.on('data', (bytes) => this.#take(this.session.receive(bytes, this.#options.clock.now())));
    void this.#probe();
  }

  async #probe(): Promise<void> {
    const { clock, probeIntervalMs } = this.#options;
    const { signal } = this.#ended;
    if (probeIntervalMs <= 0) return;
    try {
      while (!signal.aborted) {
        this.#take(this.session.tick(clock.now()));
        await clock.sleep(probeIntervalMs / 4, { signal });
      }
    } catch (error) {
      if (!signal.aborted) this.destroy(error);
    }
  }

  #take(step: SessionStep): void {
    for (const bytes of step.send) this.send(bytes);
    try {
      for (const event of step.events) this.#dispatch(event);
    } catch (error) {
      this.destroy(error);
    }
  }

  #dispatch(event: SessionEvent): void {
    if (event.kind === 'broken') this.destroy(event.error);
    const waiter = 'id' in event ? this.#waiters.get(event.id) : undefined;
    if (waiter === undefined || !('id' in event)) {
      this.#options.onEvent(event);
      return;
    }
    this.#waiters.delete(event.id);
    if (event.kind === 'failed') waiter.reject(event.error);
    else waiter.resolve(event.result);
  }

  #end(): void {
    this.#ended.abort();
    for (const event of this.session.close(this.#reason)) this.#dispatch(event);
  }
}
