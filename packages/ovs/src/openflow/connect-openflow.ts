import type { SwitchEvent } from '@antrea-ts/openflow';
import { systemClock, type Clock } from '../clock.js';
import { OvsError } from '../errors.js';
import { silentLogger, type OvsLogger } from '../logger.js';
import { retryMs } from '../retry-ms.js';
import { isHopelessConnectError } from './connect-error.js';
import type { OpenFlowConnection, OpenFlowEvent, OpenFlowOptions } from './openflow-connection.js';
import { OpenFlowOperations } from './operations.js';
import { openSocketSession, type SocketSession } from './socket-session.js';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects to a bridge over OpenFlow 1.3 and resolves when the switch is set up. Afterwards the connection is kept:
 * probed every 3 s and re-made, after 100 ms at first and then every second. Throws an `OvsError` naming socket and
 * remedy: `not running` after `connectTimeoutMs`, `permission` or a switch without OpenFlow 1.3 at once.
 */
export async function connectOpenFlow(options: OpenFlowOptions): Promise<OpenFlowConnection> {
  const connection = new Connection(options);
  try {
    await connection.start();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

class Connection extends OpenFlowOperations implements OpenFlowConnection {
  readonly path: string;
  readonly #options: OpenFlowOptions;
  readonly #clock: Clock;
  readonly #logger: OvsLogger;
  readonly #owner = new AbortController();
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<(event: OpenFlowEvent) => void>();
  #loop: Promise<void> | undefined;

  constructor(options: OpenFlowOptions) {
    super();
    this.path = options.path;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#signal =
      options.signal === undefined ? this.#owner.signal : AbortSignal.any([options.signal, this.#owner.signal]);
  }

  /** Tries until the first connection stands, or fails with the last attempt's error. */
  async start(): Promise<void> {
    const timeoutMs = this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([this.#signal, deadline]);
    let lastError: unknown;
    for (let failures = 0; ; failures += 1) {
      try {
        this.#loop = this.#run(await this.#open(signal));
        return;
      } catch (error) {
        this.#signal.throwIfAborted();
        if (error !== deadline.reason) lastError = error;
        if (isHopelessConnectError(lastError)) throw lastError;
        if (deadline.aborted) throw this.#firstConnectionError(timeoutMs, lastError);
      }
      await this.#clock.sleep(retryMs(failures), { signal }).catch(() => undefined);
    }
  }

  subscribe(listener: (event: OpenFlowEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#owner.abort(new OvsError('closed', `the OpenFlow connection to ${this.path} was closed`));
    await this.#loop;
  }

  #firstConnectionError(timeoutMs: number, lastError: unknown): unknown {
    if (lastError instanceof OvsError) return lastError;
    const message = `connect to the bridge's OpenFlow socket ${this.path}: no session after ${timeoutMs} ms`;
    return new OvsError('time-out', message, { cause: lastError });
  }

  /** Serves one connection after the other until the owner ends it. */
  async #run(first: SocketSession): Promise<void> {
    let connection: SocketSession | undefined = first;
    let failures = 0;
    while (!this.#signal.aborted) {
      if (connection === undefined) {
        await this.#clock.sleep(retryMs(failures), { signal: this.#signal }).catch(() => undefined);
        connection = await this.#tryOpen();
        failures = connection === undefined ? failures + 1 : 0;
      } else {
        await this.#serve(connection);
        connection = undefined;
      }
    }
    connection?.destroy(this.#signal.reason as Error);
  }

  async #tryOpen(): Promise<SocketSession | undefined> {
    try {
      return await this.#open(this.#signal);
    } catch (error) {
      if (!this.#signal.aborted) this.#logger.debug('OpenFlow connection attempt failed', { path: this.path, error });
      return undefined;
    }
  }

  #open(signal: AbortSignal): Promise<SocketSession> {
    const { path: _path, clock: _clock, logger: _logger, signal: _signal, ...settings } = this.#options;
    return openSocketSession({
      ...settings,
      path: this.path,
      clock: this.#clock,
      logger: this.#logger,
      signal,
      onEvent: (event) => this.#emit(wrapEvent(event)),
    });
  }

  async #serve(connection: SocketSession): Promise<void> {
    const abort = () => connection.destroy(this.#signal.reason as Error);
    this.#signal.addEventListener('abort', abort, { once: true });
    this.use(connection);
    this.#logger.info('Connected to the switch', {
      path: this.path,
      datapathId: connection.features.datapathId.toString(16),
    });
    this.#emit({ kind: 'connected', features: connection.features });
    const reason = await connection.closed;
    this.#signal.removeEventListener('abort', abort);
    this.use(undefined);
    if (!this.#signal.aborted)
      this.#logger.warn('Lost the connection to the switch', { path: this.path, error: reason });
    this.#emit({ kind: 'disconnected', reason });
  }

  #emit(event: OpenFlowEvent): void {
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
}

function wrapEvent(event: SwitchEvent): OpenFlowEvent {
  switch (event.type) {
    case 'packet_in':
      return { kind: 'packet_in', packet: event };
    case 'port_status':
      return { kind: 'port_status', status: event };
    default:
      return { kind: 'flow_removed', flow: event };
  }
}
