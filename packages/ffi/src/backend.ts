import type { NativeReturnType } from './native-type.js';

/** Text arrives at a backend as a buffer, so a backend knows fewer types than a declaration. */
export type BackendArgumentType = Exclude<NativeReturnType, 'void'> | 'buffer';

export type BackendValue = number | bigint | Uint8Array | null;

export interface BackendFunction {
  call(args: readonly BackendValue[]): unknown;
  /** On another thread; the loop goes on meanwhile. */
  callInBackground(args: readonly BackendValue[]): Promise<unknown>;
}

export interface BackendLibrary {
  /** Throws when the library has no such symbol. */
  bind(symbol: string, returns: NativeReturnType, argumentTypes: readonly BackendArgumentType[]): BackendFunction;
}

/** One way of calling native code. */
export interface Backend {
  /** Throws when there is no such library. `null` is the running program itself, which on Linux includes libc. */
  open(path: string | null): BackendLibrary;
  /** `errno` as the last call on this thread left it. */
  errno(): number;
}

export type BackendName = 'koffi' | 'ffi-napi';
