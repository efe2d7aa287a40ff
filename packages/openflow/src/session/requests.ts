import { decodeMessage } from '../codec/message.js';
import type { Message, MultipartReplyBody } from '../model/message.js';
import { refusedError, SessionError } from './errors.js';
import { Exchange, type ExchangePort } from './exchange.js';

export interface RequestOptions {
  /** What is being done, for error messages: `dump flows`. */
  readonly operation: string;
  readonly firstXid: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One request whose answer is one message. */
export class Request extends Exchange<Message> {
  readonly #timeoutMs: number;

  constructor(port: ExchangePort, options: RequestOptions) {
    super(port, { ...options, count: 1 });
    this.#timeoutMs = options.timeoutMs;
  }

  sent(): void {
    this.extend(this.#timeoutMs);
  }

  override receive(frame: Uint8Array): void {
    const message = decodeReply(this, frame);
    if (message !== undefined) this.succeed(message);
  }
}

/**
 * One multipart request; its answer comes in parts, which are handed out one by one and not kept: the flows of a switch
 * may be a hundred thousand. Bounded in bytes. What `onPart` throws fails the exchange.
 */
export class MultipartExchange extends Exchange<void> {
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #onPart: (part: MultipartReplyBody) => void;
  #bytes = 0;

  constructor(
    port: ExchangePort,
    options: RequestOptions & {
      readonly maxBytes: number;
      readonly onPart: (part: MultipartReplyBody) => void;
    },
  ) {
    super(port, { ...options, count: 1 });
    this.#timeoutMs = options.timeoutMs;
    this.#maxBytes = options.maxBytes;
    this.#onPart = options.onPart;
  }

  sent(): void {
    this.extend(this.#timeoutMs);
  }

  override receive(frame: Uint8Array): void {
    this.#bytes += frame.length;
    if (this.#bytes > this.#maxBytes) {
      this.fail(
        new SessionError('too_much', `${this.operation}: the answer exceeds ${this.#maxBytes} bytes; ask for less`),
      );
      return;
    }
    const message = decodeReply(this, frame);
    if (message === undefined) return;
    if (message.type !== 'multipart_reply') {
      this.fail(new SessionError('protocol', `${this.operation}: answered with ${message.type}`));
      return;
    }
    try {
      this.#onPart(message.body);
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    if (message.more) this.extend(this.#timeoutMs);
    else this.succeed();
  }
}

/** The answer; an error message, or bytes that cannot be decoded, fail the exchange instead. */
function decodeReply(exchange: Exchange<never> | Request | MultipartExchange, frame: Uint8Array): Message | undefined {
  let message: Message;
  try {
    ({ message } = decodeMessage(frame));
  } catch (cause) {
    exchange.fail(new SessionError('protocol', `${exchange.operation}: cannot decode the answer`, { cause }));
    return undefined;
  }
  if (message.type !== 'error') return message;
  const refusal = {
    index: 0,
    subject: 'the request',
    reason: message.name,
    type: message.errorType,
    errorCode: message.code,
  };
  exchange.fail(refusedError(exchange.operation, [refusal]));
  return undefined;
}
