import type { BackendName } from './backend.js';
import { openLibrary } from './open-library.js';

const declarations = {
  memcpy: { returns: 'address', arguments: ['buffer', 'address', 'size'] },
} as const;

const libraries = new Map<BackendName, ReturnType<typeof openMemcpy>>();

function openMemcpy(backend: BackendName) {
  return openLibrary(process.platform === 'win32' ? 'msvcrt.dll' : null, declarations, { backend });
}

/**
 * Copies memory that native code owns, at an address it returned. The address must be good for that length: a wrong
 * one ends the process.
 */
export function readMemory(address: bigint, length: number, options: { backend?: BackendName } = {}): Uint8Array {
  const backend = options.backend ?? 'koffi';
  const library = libraries.get(backend) ?? openMemcpy(backend);
  libraries.set(backend, library);
  const copy = new Uint8Array(length);
  if (length > 0) library.call.memcpy(copy, address, length);
  return copy;
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
