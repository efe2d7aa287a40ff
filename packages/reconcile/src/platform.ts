/**
 * The few things of the JavaScript platform that pure packages may see beyond the language, each of which is the same
 * in Node and in a browser. Declared here because pure packages compile without Node's types.
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

// oxlint-disable-next-line unicorn/require-module-specifiers -- makes the file a module, which a global declaration needs
export {};
