import { constants } from 'node:os';
import { libc } from './libc.js';

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
// Errors that the kernel gives to netlink requests and Node does not list.
names.set(524, 'ENOTSUPP');

/** `ENOENT` for 2, and so on; numbers without a name stay numbers. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}

/** A system call that failed. `code` is the errno's name, as on Node's own errors. */
export class SystemError extends Error {
  readonly code: string;
  readonly errno: number;

  constructor(operation: string, errno: number, detail?: string) {
    super(`${operation}: ${errnoName(errno)}${detail ? ` (${detail})` : ''}`);
    this.name = 'SystemError';
    this.code = errnoName(errno);
    this.errno = errno;
  }
}

/** Whether an error is a failed system call with one of these errno names. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Passes on what a C function returned, or throws what `errno` says when that is negative. */
export function checkResult(operation: string, result: number): number {
  if (result < 0) throw new SystemError(operation, libc.errno());
  return result;
}
