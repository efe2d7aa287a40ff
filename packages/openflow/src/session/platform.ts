/**
 * The part of the platform's `AbortSignal` that a session uses; the same in Node and in a browser. Declared because
 * this package compiles without Node's types; it merges with the platform's own declaration.
 */
declare global {
  interface AbortSignal {
    readonly aborted: boolean;
    // oxlint-disable-next-line typescript/no-explicit-any -- must merge with the platform's own declaration
    readonly reason: any;
    throwIfAborted(): void;
    addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  }
}

/** Time as a session sees it: handed in, so that a test can hold it. */
export interface SessionClock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; the answer cancels it. */
  setTimer(ms: number, run: () => void): () => void;
}
