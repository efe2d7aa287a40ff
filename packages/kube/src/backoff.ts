/** Waiting times that double from `initial` to `max` milliseconds. */
export interface BackoffOptions {
  readonly initial: number;
  readonly max: number;
}

/** Milliseconds before attempt `failures` + 1, between half and all of the doubled time: so that crowds come apart. */
export function backoffDelay(failures: number, options: BackoffOptions, random: () => number = Math.random): number {
  const full = Math.min(options.max, options.initial * 2 ** Math.min(failures, 30));
  return full / 2 + (full / 2) * random();
}
