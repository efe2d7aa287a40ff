/** Keys of flows and groups: a set, or a map of them. */
export interface KeySet {
  has(key: string): boolean;
  keys(): Iterable<string>;
}

interface Waiter {
  readonly keys: readonly KeySet[];
  resolve(): void;
  reject(error: Error): void;
}

/** Whether a key of the sets is one that `isOpen` names. */
export function someKey(sets: readonly KeySet[], isOpen: (key: string) => boolean): boolean {
  for (const set of sets) for (const key of set.keys()) if (isOpen(key)) return true;
  return false;
}

/** Those who wait for the switch's word on some flows. */
export class FlowWaiters {
  readonly #waiters = new Set<Waiter>();

  /** Resolves when `answer` finds none of the keys open, rejects when it finds one refused. The sets must not change. */
  wait(keys: readonly KeySet[], signal: AbortSignal): Promise<void> {
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
      const failed = [...refused].find(([key]) => waiter.keys.some((keys) => keys.has(key)));
      if (failed) waiter.reject(failed[1]);
      else if (!someKey(waiter.keys, isOpen)) waiter.resolve();
    }
  }

  rejectAll(reason: Error): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
