import type { BackendArgumentType, BackendValue } from './backend.js';
import { FfiError } from './ffi-error.js';
import type { NativeArgumentType } from './native-type.js';

const utf8 = new TextEncoder();

/** How a backend sees an argument of this type. */
export function backendType(type: NativeArgumentType): BackendArgumentType {
  return type === 'string' || type === 'wideString' ? 'buffer' : type;
}

/**
 * Checks one argument and turns it into what backends take. The check matters: a backend given a number for a
 * pointer, or undefined for a length, would crash the process instead of throwing.
 */
export function toBackendValue(type: NativeArgumentType, value: unknown, where: string): BackendValue {
  switch (type) {
    case 'buffer':
      if (value === null || value instanceof Uint8Array) return value;
      break;
    case 'string':
      if (value === null) return null;
      if (typeof value === 'string' && !value.includes('\0')) return utf8.encode(`${value}\0`);
      break;
    case 'wideString':
      if (value === null) return null;
      if (typeof value === 'string' && !value.includes('\0')) return Buffer.from(`${value}\0`, 'utf16le');
      break;
    case 'int64':
    case 'uint64':
    case 'address':
      if (typeof value === 'bigint') return value;
      break;
    default:
      if (typeof value === 'number' && Number.isInteger(value)) return value;
  }
  throw new FfiError('bad-argument', `${where}: expected ${type}, got ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'a string that does not fit';
  return typeof value === 'number' ? `number ${value}` : typeof value;
}
