import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { HostError } from '@antrea-ts/host';
import { libc } from '../libc.js';

const exclusiveNonBlocking = 2 | 4;
const pollInterval = 200;

export interface XtablesLockOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until `busy`. */
  readonly timeout: number;
}

/** Runs `work` while holding the lock that all iptables programs share. For those that do not take it themselves. */
export async function withXtablesLock<T>(
  path: string,
  options: XtablesLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const fd = openSync(path, 'a', 0o600);
  try {
    const deadline = performance.now() + options.timeout;
    while (libc.call.flock(fd, exclusiveNonBlocking) !== 0) {
      if (performance.now() >= deadline) {
        throw new HostError('busy', `take the iptables lock ${path}: another program has held it for too long`);
      }
      await wait(pollInterval, undefined, { signal: options.signal });
    }
    return await work();
  } finally {
    // Closing gives the lock back.
    closeSync(fd);
  }
}
