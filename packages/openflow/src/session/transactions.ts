import { encodeMessage } from '../codec/encode.js';
import type { BundleFlags, Message, MultipartReplyBody, MultipartRequestBody } from '../model/message.js';
import { BATCH_EXTRA_XIDS, Bundle, FencedBatch, type Batch, type BatchOptions } from './batch.js';
import type { BatchMessage, BatchMessages } from './batch-writer.js';
import { SessionError } from './errors.js';
import type { Exchange, ExchangePort } from './exchange.js';
import { Exchanges } from './exchanges.js';
import { Outbox } from './outbox.js';
import { MultipartExchange, Request } from './requests.js';
import { Xids } from './xids.js';

const LAST_BUNDLE = 0xffff_ffff;

/** What a caller says with each operation. */
export interface OperationOptions {
  /** What is being done, for error messages. */
  readonly operation?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The same with the name of the operation known. */
export interface NamedOperation extends OperationOptions {
  readonly operation: string;
}

/** A multipart answer of one kind. */
export type MultipartPart<K extends MultipartReplyBody['kind']> = Extract<MultipartReplyBody, { kind: K }>;

/** Kinds that are asked for and answered under the same name. */
export type MultipartKind = MultipartRequestBody['kind'] & MultipartReplyBody['kind'];

export interface TransactionLimits {
  readonly requestTimeoutMs: number;
  readonly maxReplyBytes: number;
}

/** What is sent and what is awaited: transaction ids, the queue of bytes to send, the exchanges under way. */
export class Transactions {
  readonly outbox: Outbox;
  readonly #exchanges = new Exchanges();
  readonly #xids = new Xids();
  readonly #port: ExchangePort;
  readonly #limits: TransactionLimits;
  #nextBundle = 1;
  #ended = false;

  constructor(write: (bytes: Uint8Array) => boolean, now: () => number, limits: TransactionLimits) {
    this.outbox = new Outbox(write);
    this.#port = { now, done: (exchange) => this.#exchanges.remove(exchange) };
    this.#limits = limits;
  }

  /** Sends in turn something that has no answer. */
  send(message: BatchMessage): void {
    this.outbox.pushBytes(message instanceof Uint8Array ? message : encodeMessage(message, this.#xids.take()));
  }

  /** Sends ahead of everything that waits. */
  sendUrgent(message: Message, xid = this.#xids.take()): void {
    if (!this.#ended) this.outbox.urgent(encodeMessage(message, xid));
  }

  request(message: Message, options: NamedOperation): Promise<Message> {
    return this.#ask(new Request(this.#port, this.#requestOptions(options)), message);
  }

  /** Hands out the parts of a multipart answer as they come; resolves after the last. */
  async eachPart<K extends MultipartKind>(
    body: MultipartRequestBody & { readonly kind: K },
    onPart: (part: MultipartPart<K>) => void,
    options: NamedOperation,
  ): Promise<void> {
    const exchange = new MultipartExchange(this.#port, {
      ...this.#requestOptions(options),
      maxBytes: this.#limits.maxReplyBytes,
      onPart(part) {
        if (!isOfKind(part, body.kind))
          throw new SessionError('protocol', `${options.operation}: answered with ${part.kind}`);
        onPart(part);
      },
    });
    await this.#ask(exchange, { type: 'multipart_request', body });
  }

  async sendAll(messages: BatchMessages, options: NamedOperation): Promise<void> {
    const batch = new FencedBatch(this.#port, this.#batchOptions(messages, options));
    try {
      await this.#run(batch);
    } catch (error) {
      batch.writer.stop();
      throw error;
    }
  }

  async bundle(messages: BatchMessages, flags: BundleFlags, options: NamedOperation): Promise<void> {
    if (messages.length === 0) return;
    const bundle = new Bundle(this.#port, {
      ...this.#batchOptions(messages, options),
      bundle: this.#takeBundleId(),
      flags,
      sendControl: (message, xid) => this.sendUrgent(message, xid),
    });
    try {
      await this.#run(bundle);
    } catch (error) {
      bundle.abandon();
      throw error;
    }
  }

  /** Hands a message to the exchange that awaits it; answers whether there is one. */
  deliver(frame: Uint8Array, xid: number): boolean {
    const exchange = this.#exchanges.find(xid);
    exchange?.receive(frame, xid);
    return exchange !== undefined;
  }

  /** Fails what has waited too long. */
  expire(): void {
    this.#exchanges.expire(this.#port.now());
  }

  /** Until when the switch may be silent because it works on something long. */
  busyUntil(): number {
    return this.#exchanges.busyUntil();
  }

  /** Fails all that is pending as `disconnected`, and sends no more. */
  end(reason: Error): void {
    this.#ended = true;
    this.outbox.clear();
    this.#exchanges.failAll('disconnected', reason);
  }

  #requestOptions(options: NamedOperation): ConstructorParameters<typeof Request>[1] {
    const { operation, signal } = options;
    return { operation, signal, firstXid: this.#xids.take(), timeoutMs: this.#limits.requestTimeoutMs };
  }

  #batchOptions(messages: BatchMessages, { operation, signal }: NamedOperation): BatchOptions {
    const firstXid = this.#xids.take(messages.length + BATCH_EXTRA_XIDS);
    return { operation, signal, messages, firstXid, timeoutMs: this.#limits.requestTimeoutMs };
  }

  #run(batch: Batch): Promise<void> {
    this.#exchanges.add(batch);
    this.outbox.push(batch.writer);
    return batch.promise;
  }

  /** Sends a request when its turn comes; its time to answer counts from then. */
  #ask<T>(exchange: Exchange<T> & { sent(): void }, message: Message): Promise<T> {
    const bytes = encodeMessage(message, exchange.firstXid);
    this.#exchanges.add(exchange);
    let handedOut = false;
    this.outbox.push({
      next: () => {
        if (handedOut || exchange.settled) return undefined;
        handedOut = true;
        exchange.sent();
        return bytes;
      },
    });
    return exchange.promise;
  }

  #takeBundleId(): number {
    const id = this.#nextBundle;
    this.#nextBundle = id === LAST_BUNDLE ? 1 : id + 1;
    return id;
  }
}

function isOfKind<K extends MultipartKind>(part: MultipartReplyBody, kind: K): part is MultipartPart<K> {
  return part.kind === kind;
}
