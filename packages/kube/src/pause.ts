import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; throws the signal's reason when cancelled. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { ...(signal !== undefined && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
