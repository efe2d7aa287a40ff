const FAST_ATTEMPTS = 5;
const FAST_RETRY_MS = 100;
const RETRY_MS = 1_000;

/** How long to wait after so many failed attempts: the daemons are on this machine, and to ask them costs nothing. */
export function retryMs(failures: number): number {
  return failures < FAST_ATTEMPTS ? FAST_RETRY_MS : RETRY_MS;
}
