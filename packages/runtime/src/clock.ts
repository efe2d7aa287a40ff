/** Time as a thing that is passed in, so that tests can hold it. Has the shape of the reconciler's clock. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; the answer cancels it. */
  setTimer(ms: number, run: () => void): () => void;
}

/** The real time. A pending timer keeps the process alive until it ran or was cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits for some time; false when the signal ended it. */
export function pause(
  clock: Pick<Clock, 'setTimer'>,
  ms: number,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.setTimer(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
