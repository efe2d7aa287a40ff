import type { LibraryHandle, default as Koffi } from 'koffi';
import type { Backend, BackendArgumentType, BackendLibrary } from './backend.js';
import type { NativeReturnType } from './native-type.js';

const typeNames: Record<BackendArgumentType | NativeReturnType, string> = {
  void: 'void',
  int8: 'int8_t',
  uint8: 'uint8_t',
  int16: 'int16_t',
  uint16: 'uint16_t',
  int32: 'int32_t',
  uint32: 'uint32_t',
  int64: 'int64_t',
  uint64: 'uint64_t',
  size: 'size_t',
  // koffi has no ssize_t
  ssize: 'intptr_t',
  address: 'uintptr_t',
  buffer: 'void *',
};

/** The default backend: prebuilt for every platform, tens of nanoseconds a call. */
export function createKoffiBackend(koffi: typeof Koffi): Backend {
  return {
    open: (path) => bindWith(koffi.load(path)),
    errno: () => koffi.errno(),
  };
}

function bindWith(library: LibraryHandle): BackendLibrary {
  return {
    bind(symbol, returns, argumentTypes) {
      const native = library.func(
        symbol,
        typeNames[returns],
        argumentTypes.map((type) => typeNames[type]),
      );
      return {
        call: (args) => native(...args) as unknown,
        callInBackground: (args) =>
          new Promise((resolve, reject) => {
            native.async(...args, (error: Error | null, result: unknown) => {
              if (error) reject(error);
              else resolve(result);
            });
          }),
      };
    },
  };
}
