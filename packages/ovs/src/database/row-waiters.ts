import type { Uuid } from '@antrea-ts/ovsdb';

type Check = () => void;

/** Those who wait for a row to change; many may wait at once, each is asked only when its own row changed. */
export class RowWaiters {
  readonly #checks = new Map<Uuid, Set<Check>>();

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
        this.#remove(uuid, check);
        signal.removeEventListener('abort', abort);
      };
      const abort = () => {
        finish();
        reject(signal.reason);
      };
      const check = () => {
        try {
          const value = test();
          if (value === undefined) return;
          resolve(value);
        } catch (error) {
          reject(error);
        }
        finish();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#checks.set(uuid, (this.#checks.get(uuid) ?? new Set()).add(check));
    });
  }

  changed(uuid: Uuid): void {
    for (const check of this.#checks.get(uuid) ?? []) check();
  }

  #remove(uuid: Uuid, check: Check): void {
    const checks = this.#checks.get(uuid);
    checks?.delete(check);
    if (checks?.size === 0) this.#checks.delete(uuid);
  }
}
