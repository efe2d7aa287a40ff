import { OvsdbError, parseServerError, type OvsdbErrorCode } from './errors.js';
import { encodeJson, JsonFraming, type FramingOptions } from './framing.js';
import { isJsonArray, type Json, type JsonObject } from './json.js';
import { LockTable, type LockState } from './locks.js';
import {
  monitorMethods,
  monitorRequests,
  parseMonitorReply,
  parseTableUpdates,
  parseTransactionId,
  type MonitorMethod,
  type MonitorReply,
  type TableUpdates,
} from './monitor.js';
import type { Transaction } from './transaction.js';
import type { Uuid } from './value.js';

/** What a session tells about; in the order of the wire, so the changes of a transaction come before its answer. */
export type SessionEvent =
  | { readonly kind: 'answered'; readonly id: number; readonly result: Json }
  | { readonly kind: 'failed'; readonly id: number; readonly error: OvsdbError }
  /** The answer to `monitor`, whichever method the server understood. */
  | {
      readonly kind: 'monitored';
      readonly monitor: string;
      readonly method: MonitorMethod;
      readonly reply: MonitorReply;
    }
  | { readonly kind: 'monitorFailed'; readonly monitor: string; readonly error: OvsdbError }
  | {
      readonly kind: 'updated';
      readonly monitor: string;
      readonly updates: TableUpdates;
      readonly lastTransaction?: Uuid;
    }
  /** The server ended a monitor, because its database went away. */
  | { readonly kind: 'monitorCanceled'; readonly monitor: string }
  | { readonly kind: 'lock'; readonly lock: string; readonly state: LockState }
  | { readonly kind: 'notified'; readonly method: string; readonly params: Json }
  /** The stream is unusable; nothing follows. */
  | { readonly kind: 'broken'; readonly error: OvsdbError };

/** What a call produced: bytes to send, in order, and events to act on. */
export interface SessionStep {
  readonly send: readonly Uint8Array[];
  readonly events: readonly SessionEvent[];
}

/** A request with the id its `answered` or `failed` event will have. */
export interface SentRequest {
  readonly id: number;
  readonly send: Uint8Array;
}

export interface SessionOptions extends FramingOptions {
  /** Silence after which an `echo` is sent, and after as much again the session is `broken`. 5 s; 0 turns it off. */
  readonly probeIntervalMs?: number;
}

interface Pending {
  readonly what: string;
  readonly handle: (outcome: { result: Json } | { error: OvsdbError }) => readonly SessionEvent[];
}

/**
 * One JSON-RPC session with an OVSDB server (RFC 7047 section 4), without a socket or a clock: it is fed bytes and
 * the time, and returns bytes and events. After a reconnect, make a new one.
 */
export class OvsdbSession {
  readonly #framing: JsonFraming;
  readonly #probeIntervalMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #locks = new LockTable();
  /** Requests that handling an answer gave rise to. */
  readonly #retries: Uint8Array[] = [];
  #nextId = 1;
  #lastHeard: number | undefined;
  #probeSent = false;
  #broken: OvsdbError | undefined;

  constructor(options: SessionOptions = {}) {
    this.#framing = new JsonFraming(options);
    this.#probeIntervalMs = options.probeIntervalMs ?? 5_000;
  }

  /** Bytes from the peer. Never throws: bytes that are no OVSDB end in a `broken` event. `nowMs` is any steady clock. */
  receive(bytes: Uint8Array, nowMs: number): SessionStep {
    const send: Uint8Array[] = [];
    const events: SessionEvent[] = [];
    if (this.#broken !== undefined) return { send, events };
    this.#lastHeard = nowMs;
    this.#probeSent = false;
    try {
      for (const message of this.#framing.push(bytes)) {
        const step = this.#handle(message);
        send.push(...step.send);
        events.push(...step.events);
      }
    } catch (error) {
      events.push(...this.#break(asOvsdbError(error)));
    }
    return { send, events };
  }

  /** To be called now and then: sends the inactivity probe, and breaks the session when it stays unanswered. */
  tick(nowMs: number): SessionStep {
    this.#lastHeard ??= nowMs;
    const silence = nowMs - this.#lastHeard;
    if (this.#broken !== undefined || this.#probeIntervalMs <= 0 || silence < this.#probeIntervalMs) return nothing;
    if (!this.#probeSent) {
      this.#probeSent = true;
      return { send: [this.#request('echo', [], () => []).send], events: [] };
    }
    if (silence < 2 * this.#probeIntervalMs) return nothing;
    const error = new OvsdbError('inactive', `session: the peer sent nothing for ${Math.round(silence)} ms`);
    return { send: [], events: this.#break(error) };
  }

  /** Ends the session: what is unanswered fails with `disconnected`. */
  close(cause?: unknown): readonly SessionEvent[] {
    return this.#broken === undefined
      ? this.#fail(new OvsdbError('disconnected', 'session: the connection ended', { cause }))
      : [];
  }

  /** Any request. */
  request(method: string, params: Json): SentRequest {
    return this.#request(method, params, (outcome, id) => [answer(id, outcome)]);
  }

  transact<Tables>(transaction: Transaction<Tables>): SentRequest {
    return this.request('transact', [transaction.database, ...transaction.operations]);
  }

  getSchema(database: string): SentRequest {
    return this.request('get_schema', [database]);
  }

  /** Asks the server to give up a request; its answer still comes, mostly `failed` with `canceled`. */
  cancel(id: number): Uint8Array {
    return encodeJson({ method: 'cancel', params: [id], id: null });
  }

  /**
   * Starts to monitor, with the newest method the server understands; ends in one `monitored` or `monitorFailed`
   * event. `since` is the last transaction already known, so that a server with a history sends only what follows.
   */
  monitor(
    database: string,
    monitor: string,
    spec: Readonly<Record<string, readonly string[] | undefined>>,
    since?: Uuid,
  ): Uint8Array {
    return this.#monitor(database, monitor, monitorRequests(spec), since, 0);
  }

  monitorCancel(monitor: string): SentRequest {
    return this.request('monitor_cancel', [monitor]);
  }

  /** Asks for a lock; `lock` events tell when it is owned, and when it is lost. */
  lock(lock: string, how: 'lock' | 'steal' = 'lock'): Uint8Array {
    return this.#lockRequest(how, lock);
  }

  unlock(lock: string): Uint8Array {
    return this.#lockRequest('unlock', lock);
  }

  lockState(lock: string): LockState | undefined {
    return this.#locks.get(lock);
  }

  #lockRequest(method: 'lock' | 'steal' | 'unlock', lock: string): Uint8Array {
    return this.#request(method, [lock], (outcome, id) => {
      if ('error' in outcome) return [{ kind: 'failed', id, error: outcome.error }];
      return this.#lockEvents(this.#locks.answered(method, lock, outcome.result));
    }).send;
  }

  #monitor(
    database: string,
    monitor: string,
    requests: JsonObject,
    since: Uuid | undefined,
    attempt: number,
  ): Uint8Array {
    const method = monitorMethods[attempt] ?? 'monitor';
    const params = [database, monitor, requests, ...(method === 'monitor_cond_since' ? [since ?? noTransaction] : [])];
    return this.#request(method, params, (outcome) => {
      if (!('error' in outcome)) {
        return [{ kind: 'monitored', monitor, method, reply: parseMonitorReply(method, outcome.result) }];
      }
      if (outcome.error.code === 'unknown method' && attempt + 1 < monitorMethods.length) {
        this.#retries.push(this.#monitor(database, monitor, requests, since, attempt + 1));
        return [];
      }
      return [{ kind: 'monitorFailed', monitor, error: outcome.error }];
    }).send;
  }

  #request(
    method: string,
    params: Json,
    handle: (outcome: { result: Json } | { error: OvsdbError }, id: number) => readonly SessionEvent[],
  ): SentRequest {
    const id = this.#nextId++;
    this.#pending.set(id, { what: method, handle: (outcome) => handle(outcome, id) });
    return { id, send: encodeJson({ method, params, id }) };
  }

  #handle(message: JsonObject): SessionStep {
    const { method, id } = message;
    if (typeof method === 'string') {
      const params = message['params'] ?? null;
      if (id !== null && id !== undefined) return { send: [reply(method, params, id)], events: [] };
      return { send: [], events: this.#notification(method, params) };
    }
    return this.#answer(message);
  }

  #answer(message: JsonObject): SessionStep {
    const { id, result, error } = message;
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    // An answer nobody waits for is harmless.
    if (pending === undefined) return nothing;
    this.#pending.delete(id as number);
    const failed = error !== null && error !== undefined;
    const events = pending.handle(
      failed ? { error: parseServerError(error, pending.what) } : { result: result ?? null },
    );
    return { send: this.#retries.splice(0), events };
  }

  #notification(method: string, params: Json): readonly SessionEvent[] {
    const [first, second, third] = isJsonArray(params) ? params : [];
    const subject = typeof first === 'string' ? first : '';
    switch (method) {
      case 'update':
      case 'update2': {
        const version = method === 'update' ? 1 : 2;
        return [{ kind: 'updated', monitor: subject, updates: parseTableUpdates(second, version) }];
      }
      case 'update3': {
        const lastTransaction = parseTransactionId(second);
        const updates = parseTableUpdates(third, 2);
        return [{ kind: 'updated', monitor: subject, updates, ...(lastTransaction && { lastTransaction }) }];
      }
      case 'locked':
      case 'stolen':
        return this.#lockEvents(this.#locks.notified(method, subject));
      case 'monitor_canceled':
        return [{ kind: 'monitorCanceled', monitor: subject }];
      default:
        return [{ kind: 'notified', method, params }];
    }
  }

  #lockEvents(change: { lock: string; state: LockState } | undefined): readonly SessionEvent[] {
    return change === undefined ? [] : [{ kind: 'lock', ...change }];
  }

  #break(error: OvsdbError): readonly SessionEvent[] {
    return [...this.#fail(error), { kind: 'broken', error }];
  }

  /** Fails everything unanswered; the session is over. */
  #fail(error: OvsdbError): readonly SessionEvent[] {
    this.#broken = error;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    return pending.flatMap(({ what, handle }) =>
      handle({
        error: new OvsdbError('disconnected', `${what}: the session ended before an answer`, { cause: error }),
      }),
    );
  }
}

const nothing: SessionStep = { send: [], events: [] };
const noTransaction = '00000000-0000-0000-0000-000000000000';

function answer(id: number, outcome: { result: Json } | { error: OvsdbError }): SessionEvent {
  return 'error' in outcome ? { kind: 'failed', id, ...outcome } : { kind: 'answered', id, ...outcome };
}

/** The answer to the peer's request: RFC 7047 section 4.1.11 has each side echo; nothing else is asked of a client. */
function reply(method: string, params: Json, id: Json): Uint8Array {
  if (method === 'echo') return encodeJson({ result: params, error: null, id });
  return encodeJson({ result: null, error: 'unknown method', id });
}

function asOvsdbError(error: unknown): OvsdbError {
  if (error instanceof OvsdbError) return error;
  const code: OvsdbErrorCode = 'malformed';
  return new OvsdbError(code, `receive: ${String(error)}`, { cause: error });
}
