import { errorMessage } from '../errors.js';

/** What has to be closed when a program stops, or when its start fails half-way: last opened, first closed. */
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
    if (failures.length === 0) return;
    throw new AggregateError(failures, `stop: ${failures.map(errorMessage).join('; ')}`);
  }
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The promise's outcome, or the signal's reason when that comes first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Opens what is closed in its turn later: `signal` can end the attempt, but not what came of it. Whoever still works
 * when the program is told to stop, a CNI call that is undone for one, needs the connections a little longer.
 */
export async function openedUnder<T>(signal: AbortSignal, open: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const attempt = new AbortController();
  const onAbort = (): void => attempt.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await open(attempt.signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Runs tasks until `signal` aborts, or one fails. Throws the first failure, when all have ended. */
export async function runTogether(
  tasks: readonly ((options: { readonly signal: AbortSignal }) => Promise<void>)[],
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const failed = new AbortController();
  const failures: unknown[] = [];
  const either = AbortSignal.any([signal, failed.signal]);
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task({ signal: either });
      } catch (error) {
        failures.push(error);
        failed.abort(error);
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
