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

export {};
