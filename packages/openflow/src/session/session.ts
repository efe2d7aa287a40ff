import './platform.js';
import { decodeMessage, version13 } from '../codec/message.js';
import { messageTypes } from '../codec/message-types.js';
import type { BundleFlags, Message, MultipartRequestBody } from '../model/message.js';
import type { BatchMessage, BatchMessages } from './batch-writer.js';
import { SessionError } from './errors.js';
import { EventQueue, type SwitchEvent } from './event-queue.js';
import { FrameSplitter, frameType, frameVersion, frameXid } from './frame-splitter.js';
import { checkHello } from './handshake.js';
import { Keepalive } from './keepalive.js';
import { settingsMessages, type SessionOptions } from './options.js';
import { isPacketIn, takeSwitchEvent } from './switch-events.js';
import {
  Transactions,
  type MultipartKind,
  type MultipartPart,
  type NamedOperation,
  type OperationOptions,
} from './transactions.js';

const TICK_MS = 1_000;
const SECOND = 1_000;
const MEBIBYTE = 1 << 20;

type State = 'new' | 'hello' | 'setup' | 'ready' | 'ended';

/**
 * The controller's side of one OpenFlow 1.3 connection, without the connection: bytes that arrive are handed to
 * `receive`, bytes to send come out of `options.write`, time comes from `options.clock`. It ends once, and then
 * everything pending fails with `disconnected`.
 */
export class OpenFlowSession {
  readonly #options: SessionOptions;
  readonly #splitter = new FrameSplitter();
  readonly #transactions: Transactions;
  readonly #keepalive: Keepalive;
  readonly #packetIns: EventQueue;
  readonly #reports: EventQueue;
  readonly #started: number;
  #state: State = 'new';
  #cancelTick: () => void = () => undefined;

  constructor(options: SessionOptions) {
    const { clock } = options;
    this.#options = options;
    this.#transactions = new Transactions(
      (bytes) => options.write(bytes),
      () => clock.now(),
      {
        requestTimeoutMs: options.requestTimeoutMs ?? 10 * SECOND,
        maxReplyBytes: options.maxReplyBytes ?? 512 * MEBIBYTE,
      },
    );
    this.#started = clock.now();
    this.#keepalive = new Keepalive({
      echoIntervalMs: options.echoIntervalMs ?? 3 * SECOND,
      deadAfterMs: options.deadAfterMs ?? 15 * SECOND,
      now: this.#started,
    });
    this.#packetIns = new EventQueue(options.maxQueuedPacketIns ?? 1_000, takeSwitchEvent);
    this.#reports = new EventQueue(options.maxQueuedReports ?? 10_000, takeSwitchEvent);
  }

  /** Says hello. Call once, when the connection is open. */
  start(): void {
    this.#state = 'hello';
    this.#transactions.send({ type: 'hello', versions: [version13] });
    this.#scheduleTick();
  }

  /** Bytes from the switch, cut anywhere. */
  receive(bytes: Uint8Array): void {
    if (this.#state === 'ended') return;
    this.#keepalive.heard(this.#options.clock.now());
    // A plain view: the `slice` of Node's buffers would not copy.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      this.#splitter.push(plain, (frame) => this.#takeFrame(frame));
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      this.#end(error);
    }
    if (this.waitingEvents > 0) this.#options.onEvents?.();
  }

  /** The connection takes bytes again. */
  drained(): void {
    this.#keepalive.heard(this.#options.clock.now());
    this.#transactions.outbox.drained();
  }

  /** The connection is gone, or is to go. */
  disconnected(cause?: Error): void {
    const why = cause === undefined ? 'the connection to the switch ended' : cause.message;
    this.#end(new SessionError('disconnected', why, { cause }));
  }

  /** Whether operations are possible. */
  get ready(): boolean {
    return this.#state === 'ready';
  }

  /** The connection takes no bytes for now: whoever can, should produce less. */
  get congested(): boolean {
    return this.#transactions.outbox.blocked;
  }

  get waitingEvents(): number {
    return this.#packetIns.size + this.#reports.size;
  }

  /** How many packet-ins and reports were dropped because nobody took them, or because they could not be read. */
  get dropped(): { readonly packetIns: number; readonly reports: number } {
    return { packetIns: this.#packetIns.dropped, reports: this.#reports.dropped };
  }

  /** The oldest reports and packet-ins, at most `max`; reports come first. */
  takeEvents(max: number): SwitchEvent[] {
    const reports = this.#reports.take(max);
    return reports.length === max ? reports : [...reports, ...this.#packetIns.take(max - reports.length)];
  }

  /** Sends a message that has no answer (a packet-out). An error about it goes to `onStrayError`. */
  send(message: BatchMessage): void {
    this.#checkReady('send a message');
    this.#transactions.send(message);
  }

  /** Sends a request that has one message as its answer. Rejects with `refused`, `timeout` or `disconnected`. */
  request(message: Message, options: OperationOptions = {}): Promise<Message> {
    const named = { operation: message.type, ...options };
    return this.#attempt(named, () => this.#transactions.request(message, named));
  }

  /** Resolves when the switch has handled everything sent before. */
  async barrier(options: OperationOptions = {}): Promise<void> {
    await this.request({ type: 'barrier_request' }, { operation: 'barrier', ...options });
  }

  /** Collects the parts of a multipart answer. Rejects as `request` does, or with `too_much`. */
  async multipart<K extends MultipartKind>(
    body: MultipartRequestBody & { readonly kind: K },
    options: OperationOptions = {},
  ): Promise<readonly MultipartPart<K>[]> {
    const parts: MultipartPart<K>[] = [];
    await this.eachPart<K>(body, (part) => void parts.push(part), options);
    return parts;
  }

  /**
   * As `multipart`, but hands out each part when it comes, and keeps none: what the caller does not keep takes no memory.
   * Resolves after the last. What `onPart` throws is the rejection.
   */
  eachPart<K extends MultipartKind>(
    body: MultipartRequestBody & { readonly kind: K },
    onPart: (part: MultipartPart<K>) => void,
    options: OperationOptions = {},
  ): Promise<void> {
    const named = { operation: `ask for ${body.kind}`, ...options };
    return this.#attempt(named, () => this.#transactions.eachPart<K>(body, onPart, named));
  }

  /**
   * Sends messages that take effect one by one, and a barrier behind them. Rejects with `refused`, naming every one
   * that the switch did not take; the others have taken effect.
   */
  sendAll(messages: BatchMessages, options: OperationOptions = {}): Promise<void> {
    const named = { operation: 'send messages', ...options };
    return this.#attempt(named, () => this.#transactions.sendAll(messages, named));
  }

  /**
   * Applies messages in one ONF bundle, atomic and ordered unless told otherwise. Rejects with `refused`, naming every
   * message that was not taken; then none has taken effect. Several bundles may be under way; they are committed in
   * the order of the calls. An abort before the commit discards the bundle; after it, the outcome is unknown.
   */
  bundle(messages: BatchMessages, options: OperationOptions & { readonly flags?: BundleFlags } = {}): Promise<void> {
    const { flags = { atomic: true, ordered: true }, ...rest } = options;
    const named = { operation: `apply a bundle of ${messages.length} messages`, ...rest };
    return this.#attempt(named, () => this.#transactions.bundle(messages, flags, named));
  }

  /** Runs an operation if there is a ready session and no abort yet; its failures are rejections, not exceptions. */
  async #attempt<T>({ operation, signal }: NamedOperation, run: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    this.#checkReady(operation);
    return run();
  }

  #checkReady(operation: string): void {
    if (this.#state !== 'ready') {
      throw new SessionError('disconnected', `${operation}: there is no connection to the switch now`);
    }
  }

  #takeFrame(frame: Uint8Array): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'hello') {
      checkHello(frame);
      this.#setUp();
      return;
    }
    if (frameVersion(frame) !== version13) {
      throw new SessionError(
        'protocol',
        `read message: version byte ${frameVersion(frame)} after OpenFlow 1.3 was agreed`,
      );
    }
    const type = frameType(frame);
    if (type === messageTypes.echo_request) this.#answerEcho(frame);
    else if (type === messageTypes.port_status || type === messageTypes.flow_removed) this.#reports.push(frame);
    else if (isPacketIn(frame)) this.#packetIns.push(frame);
    else this.#deliver(frame, type);
  }

  #answerEcho(frame: Uint8Array): void {
    const answer = frame.slice();
    answer[1] = messageTypes.echo_reply;
    this.#transactions.outbox.urgent(answer);
  }

  #deliver(frame: Uint8Array, type: number): void {
    const awaited = this.#transactions.deliver(frame, frameXid(frame));
    // Whatever else nobody awaits is an echo reply, or the answer to a request that was given up.
    if (!awaited && type === messageTypes.error) this.#strayError(frame);
  }

  #strayError(frame: Uint8Array): void {
    try {
      const { message } = decodeMessage(frame);
      if (message.type === 'error') this.#options.onStrayError?.(message);
    } catch (cause) {
      throw new SessionError('protocol', 'read message: an error that cannot be decoded', { cause });
    }
  }

  #setUp(): void {
    this.#state = 'setup';
    const operation = 'set up the connection';
    const settings = settingsMessages(this.#options);
    Promise.all([
      this.#transactions.request({ type: 'features_request' }, { operation }),
      this.#transactions.sendAll(settings, { operation }),
    ]).then(
      ([features]) => this.#becomeReady(features),
      (error: SessionError) => this.#end(error),
    );
  }

  #becomeReady(features: Message): void {
    if (this.#state !== 'setup') return;
    if (features.type !== 'features_reply') {
      this.#end(new SessionError('protocol', `set up the connection: features answered with ${features.type}`));
      return;
    }
    this.#state = 'ready';
    this.#options.onReady(features);
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#options.clock.setTimer(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    if (this.#state === 'ended') return;
    const now = this.#options.clock.now();
    this.#transactions.expire();
    const handshakeTimeoutMs = this.#options.handshakeTimeoutMs ?? 5 * SECOND;
    if (this.#state !== 'ready' && now - this.#started >= handshakeTimeoutMs) {
      this.#end(
        new SessionError('timeout', `set up the connection: the switch did not answer within ${handshakeTimeoutMs} ms`),
      );
      return;
    }
    const step = this.#keepalive.step(now, this.#transactions.busyUntil());
    if (step === 'dead') {
      const seconds = Math.round(this.#keepalive.silentMs(now) / SECOND);
      this.#end(new SessionError('unresponsive', `keep the connection: the switch has been silent for ${seconds} s`));
      return;
    }
    if (step === 'ask') this.#transactions.sendUrgent({ type: 'echo_request', data: new Uint8Array() });
    this.#scheduleTick();
  }

  #end(error: SessionError): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancelTick();
    this.#transactions.end(error);
    this.#options.onEnd(error);
  }
}
