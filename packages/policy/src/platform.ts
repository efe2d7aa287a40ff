/** What this package needs of the JavaScript platform beyond the language; the same in Node and in a browser. */
declare global {
  class TextEncoder {
    encode(text: string): Uint8Array;
    encodeInto(text: string, to: Uint8Array): { readonly read: number; readonly written: number };
  }
}

// oxlint-disable-next-line unicorn/require-module-specifiers -- makes this file a module, as `declare global` needs
export {};
