import { orAborted } from '@antrea-ts/runtime';
import { HnsError } from './hns-error.js';

/** Waits for a native call no longer than this. The call itself goes on: nobody can stop it. */
export async function withDeadline<T>(
  call: Promise<T>,
  operation: string,
  { signal, deadlineMs }: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HnsError('timed-out', `${operation}: no answer within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
  });
  try {
    return await orAborted(Promise.race([call, late]), signal);
  } finally {
    clearTimeout(timer);
  }
}
