interface Waiter {
  readonly keys: ReadonlySet<string>;
  resolve(): void;
  reject(error: Error): void;
}

/** Those who wait for the switch's word on some flows. */
export class FlowWaiters {
  readonly #waiters = new Set<Waiter>();

  /** Resolves when `answer` finds none of the keys open, rejects when it finds one refused. */
  wait(keys: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => waiter.reject(signal.reason as Error);
      const end = (then: () => void): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        then();
      };
      const waiter: Waiter = { keys, resolve: () => end(resolve), reject: (error) => end(() => reject(error)) };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Tells each what became of the keys it waits for: those in `refused` were, those that are not open are installed. */
  answer(refused: ReadonlyMap<string, Error>, isOpen: (key: string) => boolean): void {
    for (const waiter of this.#waiters) {
      const failed = [...refused].find(([key]) => waiter.keys.has(key));
      if (failed) waiter.reject(failed[1]);
      else if (![...waiter.keys].some(isOpen)) waiter.resolve();
    }
  }

  rejectAll(reason: Error): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
