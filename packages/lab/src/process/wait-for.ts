import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.js';
import { patient } from './patience.js';

/** Polls until `condition` gives a value, and returns it. Throws `timed-out` with `what` after `timeoutMs`. */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  options: { readonly timeoutMs: number; readonly intervalMs?: number; readonly signal?: AbortSignal },
): Promise<T> {
  const timeoutMs = patient(options.timeoutMs);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) {
      throw new LabError('timed-out', `gave up waiting for ${what} after ${Math.round(timeoutMs / 1000)} s`);
    }
    await sleep(options.intervalMs ?? 20, undefined, { signal: options.signal });
  }
}
