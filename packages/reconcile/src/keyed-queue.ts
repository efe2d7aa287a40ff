import { backoffDelay, type Backoff, type Clock } from './clock.js';
import { Waiters } from './waiters.js';

export interface KeyedQueueOptions<K> {
  /** Does the work for one key, from the state of that moment. Never called for the same key twice at once. */
  readonly handle: (key: K, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly clock: Clock;
  /** Keys worked on at once; 1 unless given. */
  readonly concurrency?: number;
  /** Delays after failures, counted for each key. */
  readonly retryMs: Backoff;
  readonly onError?: (key: K, error: unknown, failures: number) => void;
  /** Aborted when the program ends. */
  readonly signal: AbortSignal;
}

/**
 * Keys that need work. A key that is added many times before its turn is worked on once; one that is added while it
 * is worked on has another turn afterwards. A key whose work failed comes back after a delay that grows with each
 * failure of that key, while others proceed.
 */
export class KeyedQueue<K> {
  readonly #options: KeyedQueueOptions<K>;
  /** In the order of their turns; a `Set` keeps it and merges. */
  readonly #ready = new Set<K>();
  readonly #running = new Map<K, Promise<void>>();
  readonly #again = new Set<K>();
  readonly #delayed = new Map<K, { readonly at: number; readonly cancel: () => void }>();
  readonly #failures = new Map<K, number>();
  readonly #idle = new Waiters();
  #started = false;

  constructor(options: KeyedQueueOptions<K>) {
    this.#options = options;
  }

  /** Begins to work; keys may be added before. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#options.signal.addEventListener('abort', () => this.#stop(), { once: true });
    if (this.#options.signal.aborted) this.#stop();
    this.#fill();
  }

  /** Asks for work on a key soon; also ends its wait after a failure. */
  add(key: K): void {
    if (this.#options.signal.aborted) return;
    this.#cancelDelay(key);
    if (this.#running.has(key)) this.#again.add(key);
    else this.#ready.add(key);
    this.#fill();
  }

  /** Asks for work on a key after some milliseconds; of several such requests the earliest counts. */
  addAfter(key: K, ms: number): void {
    const { clock, signal } = this.#options;
    if (signal.aborted || this.#ready.has(key)) return;
    const at = clock.now() + ms;
    const delayed = this.#delayed.get(key);
    if (delayed && delayed.at <= at) return;
    delayed?.cancel();
    this.#delayed.set(key, { at, cancel: clock.setTimer(ms, () => this.add(key)) });
  }

  /** How often the work on a key failed in a row. */
  failuresOf(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Keys that wait for their turn, are worked on, or are delayed. */
  get size(): number {
    return new Set([...this.#ready, ...this.#running.keys(), ...this.#delayed.keys()]).size;
  }

  /** Resolves when no key is left, delayed ones included; rejects when the signal or the queue's own is aborted. */
  async idle(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const own = this.#options.signal;
    own.throwIfAborted();
    if (!this.#isEmpty()) await this.#idle.wait(own, ...(options.signal ? [options.signal] : []));
  }

  /** Resolves when all work that was begun has ended; abort the signal first. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #fill(): void {
    const { concurrency = 1, signal } = this.#options;
    for (const key of this.#ready) {
      if (!this.#started || signal.aborted || this.#running.size >= concurrency) return;
      this.#ready.delete(key);
      this.#running.set(key, this.#work(key));
    }
  }

  async #work(key: K): Promise<void> {
    const { handle, signal, onError, retryMs } = this.#options;
    let failed = false;
    try {
      // The promise of this work has to be in `#running` before the handler runs, which may add its own key.
      await Promise.resolve();
      await handle(key, { signal });
      this.#failures.delete(key);
    } catch (error) {
      failed = true;
      const failures = this.failuresOf(key) + 1;
      this.#failures.set(key, failures);
      if (!signal.aborted) onError?.(key, error, failures);
    }
    this.#running.delete(key);
    if (this.#again.delete(key)) this.add(key);
    else if (failed) this.addAfter(key, backoffDelay(retryMs, this.failuresOf(key)));
    this.#fill();
    if (this.#isEmpty()) this.#idle.release();
  }

  #isEmpty(): boolean {
    return this.#ready.size === 0 && this.#running.size === 0 && this.#delayed.size === 0;
  }

  #cancelDelay(key: K): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #stop(): void {
    for (const key of this.#delayed.keys()) this.#cancelDelay(key);
    this.#ready.clear();
    this.#again.clear();
  }
}
