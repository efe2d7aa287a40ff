/** What has to be closed when the agent stops, or when its start fails half-way: last opened, first closed. */
export class Lifetime {
  readonly #closers: (() => Promise<unknown> | void)[] = [];

  onStop(closer: () => Promise<unknown> | void): void {
    this.#closers.push(closer);
  }

  /** Closes everything; a closer that fails does not keep the others from running. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'stop the agent');
  }
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
