import { backoffDelay, type Backoff, type Clock } from './clock.js';
import { Waiters } from './waiters.js';

/** Why a pass runs: something changed, time has passed, or the last pass failed. */
export type PassReason = 'start' | 'trigger' | 'interval' | 'retry';

export interface ReconcileLoopOptions {
  /** One pass: makes the world as it is desired now. Repeating it is harmless. */
  readonly pass: (context: { readonly signal: AbortSignal; readonly reason: PassReason }) => Promise<void>;
  readonly clock: Clock;
  /** A pass runs at least this often, because others change the world too. */
  readonly intervalMs: number;
  readonly retryMs: Backoff;
  /** Hears of each failed pass, and how many failed in a row. */
  readonly onError?: (error: unknown, failures: number) => void;
  /** Aborted when the program ends. */
  readonly signal: AbortSignal;
}

/**
 * Runs passes one after the other, never two at once. Triggers that come while a pass runs are merged into one more
 * pass, because the running one may have missed what they are about.
 */
export class ReconcileLoop {
  readonly #options: ReconcileLoopOptions;
  #next: PassReason | undefined;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #settled = false;
  readonly #idle = new Waiters();

  constructor(options: ReconcileLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next ??= 'start';
    this.#running ??= this.#run();
  }

  /** Asks for a pass soon; also ends the wait after a failure. */
  trigger(): void {
    this.#next = 'trigger';
    this.#settled = false;
    this.#wake?.();
  }

  /**
   * Resolves when the last pass succeeded and none is running or asked for, at once if that is so now; rejects when
   * the signal or the loop's own is aborted.
   */
  async idle(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const own = this.#options.signal;
    own.throwIfAborted();
    if (!this.#settled) await this.#idle.wait(own, ...(options.signal ? [options.signal] : []));
  }

  /** Resolves when the last pass has ended; abort the signal first. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal, pass, intervalMs, retryMs, onError } = this.#options;
    const onAbort = (): void => this.#wake?.();
    signal.addEventListener('abort', onAbort, { once: true });
    let failures = 0;
    while (!signal.aborted) {
      const reason = this.#next ?? (failures > 0 ? 'retry' : 'interval');
      this.#next = undefined;
      this.#settled = false;
      try {
        await pass({ signal, reason });
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        onError?.(error, failures);
      }
      if (failures === 0 && this.#next === undefined) this.#settle();
      await this.#sleep(failures === 0 ? intervalMs : backoffDelay(retryMs, failures));
    }
    signal.removeEventListener('abort', onAbort);
  }

  #settle(): void {
    this.#settled = true;
    this.#idle.release();
  }

  #sleep(ms: number): Promise<void> {
    if (this.#next !== undefined || this.#options.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(ms, () => done());
      const done = (): void => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
    });
  }
}
