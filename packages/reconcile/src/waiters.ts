/** Promises that wait for the same event. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `release`; rejects with the reason when one of the signals is aborted first. */
  wait(...signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(release);
        for (const signal of signals) signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        end();
        reject(signals.find(({ aborted }) => aborted)?.reason as Error);
      };
      const release = (): void => {
        end();
        resolve();
      };
      if (signals.some(({ aborted }) => aborted)) {
        onAbort();
        return;
      }
      for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(release);
    });
  }

  release(): void {
    for (const release of this.#waiting) release();
  }
}
