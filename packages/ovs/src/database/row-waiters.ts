import type { Uuid } from '@antrea-ts/ovsdb';

interface Waiter {
  /** Asks the test again. */
  check(): void;
  fail(reason: unknown): void;
}

/** Those who wait for a row to change; many may wait at once, each is asked only when its own row changed. */
export class RowWaiters {
  readonly #waiters = new Map<Uuid, Set<Waiter>>();

  /**
   * Resolves with the first answer of `test` that is not `undefined`; asked at once and at each change of the row.
   * Rejects with what `test` throws, or with the signal's reason.
   */
  async wait<T>(uuid: Uuid, test: () => T | undefined, options: { readonly signal: AbortSignal }): Promise<T> {
    const { signal } = options;
    signal.throwIfAborted();
    const now = test();
    if (now !== undefined) return now;
    return new Promise<T>((resolve, reject) => {
      const finish = () => {
        this.#remove(uuid, waiter);
        signal.removeEventListener('abort', abort);
      };
      const fail = (reason: unknown) => {
        finish();
        reject(reason);
      };
      const abort = () => fail(signal.reason);
      const check = () => {
        try {
          const value = test();
          if (value === undefined) return;
          finish();
          resolve(value);
        } catch (error) {
          fail(error);
        }
      };
      const waiter = { check, fail };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.set(uuid, (this.#waiters.get(uuid) ?? new Set()).add(waiter));
    });
  }

  changed(uuid: Uuid): void {
    for (const waiter of this.#waiters.get(uuid) ?? []) waiter.check();
  }

  /** Ends all waits: nothing will change any more. */
  failAll(reason: unknown): void {
    for (const waiter of [...this.#waiters.values()].flatMap((waiters) => [...waiters])) waiter.fail(reason);
  }

  #remove(uuid: Uuid, waiter: Waiter): void {
    const waiters = this.#waiters.get(uuid);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(uuid);
  }
}
