/** An exchange as the session sees it, whatever its result is. */
export interface PendingExchange {
  readonly firstXid: number;
  readonly count: number;
  readonly operation: string;
  /** When to give up for want of progress; endless while it only waits to be sent. */
  readonly deadline: number;
  /** The switch is at a long work for this exchange and may be silent until `deadline`. */
  readonly busy: boolean;
  /** A message from the switch with one of this exchange's ids. */
  receive(frame: Uint8Array, xid: number): void;
  fail(error: Error): void;
}

/** How an exchange reaches the rest of its session. */
export interface ExchangePort {
  now(): number;
  /** The exchange is over: forget it. */
  done(exchange: PendingExchange): void;
}

/**
 * A request, or a group of messages, whose answer is awaited. It owns the transaction ids `firstXid` to
 * `firstXid + count - 1`, and ends exactly once: with a value, an error, or the caller's abort.
 */
export abstract class Exchange<T> implements PendingExchange {
  readonly promise: Promise<T>;
  readonly firstXid: number;
  readonly count: number;
  readonly operation: string;
  deadline = Infinity;
  busy = false;
  protected readonly port: ExchangePort;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #settled = false;
  #signal: AbortSignal | undefined;

  constructor(
    port: ExchangePort,
    options: {
      readonly firstXid: number;
      readonly count: number;
      readonly operation: string;
      readonly signal?: AbortSignal | undefined;
    },
  ) {
    this.port = port;
    this.firstXid = options.firstXid;
    this.count = options.count;
    this.operation = options.operation;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = options.signal;
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  abstract receive(frame: Uint8Array, xid: number): void;

  /** Over, whatever the result. */
  get settled(): boolean {
    return this.#settled;
  }

  fail(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  protected succeed(value: T): void {
    if (this.#settle()) this.#resolve(value);
  }

  /** Some progress was seen: the switch has `ms` more for the next. */
  protected extend(ms: number): void {
    this.deadline = this.port.now() + ms;
  }

  readonly #abort = (): void => {
    if (this.#settle()) this.#reject(this.#signal?.reason);
  };

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.port.done(this);
    return true;
  }
}
