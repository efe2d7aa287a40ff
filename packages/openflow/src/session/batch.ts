import { decodeMessage } from '../codec/message.js';
import type { BundleControlType, BundleFlags, ErrorMessage, Message } from '../model/message.js';
import { BatchWriter, type BatchFrame, type BatchMessages } from './batch-writer.js';
import { describeMessage } from './describe-message.js';
import { refusedError, SessionError, type Refusal } from './errors.js';
import { Exchange, type ExchangePort } from './exchange.js';

export interface BatchOptions {
  readonly operation: string;
  readonly messages: BatchMessages;
  readonly firstXid: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Ids around the messages: opening and closing, commit and discard. */
export const BATCH_EXTRA_XIDS = 4;
/** Installing one message takes the switch some 10 µs; this leaves it ten times that. */
const COMMIT_MS_PER_MESSAGE = 0.1;

/** Many messages, then something whose answer says that all of them were handled. */
export abstract class Batch extends Exchange<void> {
  readonly writer: BatchWriter;
  protected readonly messages: BatchMessages;
  protected readonly timeoutMs: number;
  protected readonly refusals: Refusal[] = [];

  constructor(port: ExchangePort, options: BatchOptions, frame: BatchFrame) {
    super(port, { ...options, count: options.messages.length + BATCH_EXTRA_XIDS });
    this.messages = options.messages;
    this.timeoutMs = options.timeoutMs;
    this.writer = new BatchWriter({
      frame,
      messages: options.messages,
      firstXid: options.firstXid,
      onUnencodable: (index, error) => this.refused({ index, subject: this.describe(index), reason: String(error) }),
      onPiece: () => this.extend(this.timeoutMs),
    });
  }

  override receive(frame: Uint8Array, xid: number): void {
    let message: Message;
    try {
      ({ message } = decodeMessage(frame));
    } catch (cause) {
      this.fail(new SessionError('protocol', `${this.operation}: cannot decode the answer`, { cause }));
      return;
    }
    if (message.type === 'error') this.#receiveError(message, xid - this.firstXid - 1);
    else this.receiveAnswer(message);
  }

  protected abstract receiveAnswer(message: Message): void;
  /** One of the messages around the batch was refused. */
  protected abstract receiveFailure(error: ErrorMessage, index: number): void;

  protected describe(index: number): string {
    return describeMessage(this.messages.at(index)!);
  }

  protected refused(refusal: Refusal): void {
    this.refusals.push(refusal);
  }

  #receiveError(error: ErrorMessage, index: number): void {
    if (index < 0 || index >= this.messages.length) {
      this.receiveFailure(error, index);
      return;
    }
    const { name: reason, errorType: type, code: errorCode } = error;
    this.refused({ index, subject: this.describe(index), reason, type, errorCode });
  }
}

/** Messages that take effect one by one, with a barrier behind them. */
export class FencedBatch extends Batch {
  constructor(port: ExchangePort, options: BatchOptions) {
    super(port, options, { closing: { type: 'barrier_request' }, wrap: (message) => message });
  }

  protected override receiveAnswer(message: Message): void {
    if (message.type !== 'barrier_reply') return;
    if (this.refusals.length > 0) this.fail(refusedError(this.operation, this.refusals));
    else this.succeed();
  }

  protected override receiveFailure({ name: reason, errorType: type, code: errorCode }: ErrorMessage): void {
    this.refused({ index: -1, subject: 'the barrier', reason, type, errorCode });
    this.fail(refusedError(this.operation, this.refusals));
  }
}

export interface BundleOptions extends BatchOptions {
  readonly bundle: number;
  readonly flags: BundleFlags;
  /** Sends one of the bundle's own messages ahead of whatever waits. */
  readonly sendControl: (message: Message, xid: number) => void;
}

/**
 * One bundle. Opening, messages and closing are written without waiting; the commit waits for the answer to the
 * closing, because the switch would commit what it accepted even where it refused a part.
 */
export class Bundle extends Batch {
  readonly #options: BundleOptions;
  #committing = false;

  constructor(port: ExchangePort, options: BundleOptions) {
    const { bundle, flags } = options;
    super(port, options, {
      opening: { type: 'bundle_control', bundle, control: 'open_request', flags },
      closing: { type: 'bundle_control', bundle, control: 'close_request', flags },
      wrap: (message) => ({ type: 'bundle_add', bundle, flags, message }),
    });
    this.#options = options;
  }

  /** After it ended early: sends no more, and has the switch forget what it holds. Nothing once it is committed. */
  abandon(): void {
    if (this.#committing || !this.writer.begun) {
      this.writer.stop();
      return;
    }
    this.writer.stop();
    this.#control('discard_request', 3);
  }

  protected override receiveAnswer(message: Message): void {
    if (message.type !== 'bundle_control' || message.bundle !== this.#options.bundle) return;
    if (message.control === 'close_reply') this.#closed();
    else if (message.control === 'commit_reply') this.succeed();
  }

  protected override receiveFailure(error: ErrorMessage, index: number): void {
    const { name: reason, errorType: type, code: errorCode } = error;
    // The switch names the message that made a commit fail before it says that the commit failed.
    if (this.refusals.length === 0) this.refused({ index: -1, subject: 'the bundle', reason, type, errorCode });
    // A refused opening: the errors about the messages, and about the closing, are still to come.
    if (index >= 0) this.fail(refusedError(this.operation, this.refusals));
  }

  #closed(): void {
    if (this.refusals.length > 0) {
      this.fail(refusedError(this.operation, this.refusals));
      return;
    }
    this.#committing = true;
    this.busy = true;
    this.extend(this.timeoutMs + this.messages.length * COMMIT_MS_PER_MESSAGE);
    this.#control('commit_request', 2);
  }

  /** `offset` counts from the id of the last message. */
  #control(control: BundleControlType, offset: number): void {
    const { bundle, flags } = this.#options;
    const xid = this.firstXid + this.messages.length + offset;
    this.#options.sendControl({ type: 'bundle_control', bundle, control, flags }, xid);
  }
}
