/** Time as a session sees it: handed in, so that a test can hold it. */
export interface SessionClock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; the answer cancels it. */
  setTimer(ms: number, run: () => void): () => void;
}
