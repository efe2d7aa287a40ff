import type { BackendName } from './backend.js';
import { openLibrary } from './open-library.js';

const declarations = {
  memcpy: { returns: 'address', arguments: ['buffer', 'address', 'size'] },
  // Returns its first argument, which is the one way to learn an address that both backends share.
  memmove: { returns: 'address', arguments: ['buffer', 'buffer', 'size'] },
} as const;

const libraries = new Map<BackendName, ReturnType<typeof openMemoryLibrary>>();

function openMemoryLibrary(backend: BackendName) {
  return openLibrary(process.platform === 'win32' ? 'msvcrt.dll' : null, declarations, { backend });
}

function memoryLibrary(backend: BackendName = 'koffi') {
  const library = libraries.get(backend) ?? openMemoryLibrary(backend);
  libraries.set(backend, library);
  return library;
}

/**
 * Copies memory that native code owns, at an address it returned. The address must be good for that length: a wrong
 * one ends the process.
 */
export function readMemory(address: bigint, length: number, options: { backend?: BackendName } = {}): Uint8Array {
  const copy = new Uint8Array(length);
  if (length > 0) memoryLibrary(options.backend).call.memcpy(copy, address, length);
  return copy;
}

/**
 * Where a buffer lies, to be written into a structure that holds a pointer. Good for as long as the buffer is
 * referenced: keep it in a variable that is used after the native call.
 */
export function addressOf(bytes: Uint8Array, options: { backend?: BackendName } = {}): bigint {
  return memoryLibrary(options.backend).call.memmove(bytes, bytes, 0);
}

/** Reads zero-terminated UTF-16LE text, as Windows functions return it; at most `maxLength` characters. */
export function readWideString(address: bigint, options: { backend?: BackendName; maxLength?: number } = {}): string {
  const maxLength = options.maxLength ?? 1 << 20;
  const units: number[] = [];
  // Two bytes at a time: reading ahead of the terminator could leave the mapped page.
  for (let index = 0; index < maxLength; index += 1) {
    const bytes = readMemory(address + BigInt(index * 2), 2, options);
    const unit = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    if (unit === 0) break;
    units.push(unit);
  }
  return Buffer.from(Uint16Array.from(units).buffer).toString('utf16le');
}
