import { OvsError } from '../errors.js';

/**
 * Runs `work` under a deadline. When it passes, throws an `OvsError` `time-out` made by `explain`; the caller's own
 * abort stays the caller's reason.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  caller: AbortSignal,
  explain: () => { readonly message: string; readonly remedy?: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([caller, deadline]));
  } catch (error) {
    if (!deadline.aborted || caller.aborted || error !== deadline.reason) throw error;
    const { message, remedy } = explain();
    throw new OvsError('time-out', `${message} after ${timeoutMs} ms`, { remedy, cause: error });
  }
}
