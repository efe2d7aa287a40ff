export { openLibrary, type NativeLibrary, type OpenLibraryOptions } from './open-library.js';
export { addressOf, readMemory, readWideString } from './read-memory.js';
export { FfiError, type FfiErrorCode } from './ffi-error.js';
export type { BackendName } from './backend.js';
export type {
  BackgroundFunction,
  NativeArgumentType,
  NativeDeclaration,
  NativeDeclarations,
  NativeFunction,
  NativeReturnType,
  NativeType,
  NativeValue,
} from './native-type.js';
