/** Time as an argument: what loops and queues need of it. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls back once after `ms`; returns what cancels it. */
  setTimer(ms: number, callback: () => void): () => void;
}

/** Delays between attempts, in milliseconds: the first, doubled after each further failure up to the longest. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/** How long to wait after so many failures in a row; 0 after none. */
export function backoffDelay({ first, longest }: Backoff, failures: number): number {
  return failures === 0 ? 0 : Math.min(first * 2 ** (failures - 1), longest);
}
