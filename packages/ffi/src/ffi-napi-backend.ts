import type { Backend, BackendArgumentType, BackendLibrary, BackendValue } from './backend.js';
import type { NativeReturnType } from './native-type.js';

/** The part of `ffi-napi` used here; the package ships no types. */
export interface FfiNapi {
  Library(path: string | null, functions: Record<string, [string, string[]]>): Record<string, FfiNapiFunction>;
  errno(): number;
}

type FfiNapiFunction = ((...args: unknown[]) => unknown) & {
  async(...args: [...unknown[], (error: Error | null, result: unknown) => void]): void;
};

const typeNames: Record<BackendArgumentType | NativeReturnType, string> = {
  void: 'void',
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  int64: 'int64',
  uint64: 'uint64',
  size: 'size_t',
  // `long` has 32 bits on Windows and ref has no ssize_t; every platform with prebuilds has 64-bit pointers
  ssize: 'int64',
  address: 'uint64',
  buffer: 'pointer',
};

/** The second backend: the package of that name, some 10 microseconds a call. */
export function createFfiNapiBackend(ffi: FfiNapi): Backend {
  return {
    open: (path) => {
      // Opens at once, so that a missing library is told apart from a missing symbol.
      ffi.Library(path, {});
      return bindWith(ffi, path);
    },
    errno: () => ffi.errno(),
  };
}

function bindWith(ffi: FfiNapi, path: string | null): BackendLibrary {
  return {
    bind(symbol, returns, argumentTypes) {
      const names = argumentTypes.map((type) => typeNames[type]);
      const native = ffi.Library(path, { [symbol]: [typeNames[returns], names] })[symbol];
      if (native === undefined) throw new Error(`symbol ${symbol} not found`);
      return {
        call: (args) => native(...args.map(toRef)),
        callInBackground: (args) => {
          const held = args.map(toRef);
          return new Promise((resolve, reject) => {
            native.async(...held, (error, result) => {
              if (error) reject(error);
              else resolve(result);
            });
          });
        },
      };
    },
  };
}

/** `ref` takes pointers as Buffers over the same memory, and 64-bit integers as decimal text. */
function toRef(value: BackendValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === 'bigint' ? value.toString() : value;
}
