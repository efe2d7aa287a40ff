import type { LogFields } from './logger.js';

/** What stands in the place of a secret. */
export const redacted = '[redacted]';

const secretKey =
  /passw|secret|token|psk|pre[-_]?shared|private[-_]?key|authorization|bearer|credential|client[-_]?key/i;
const maxDepth = 6;

/** True for field names whose values must never be shown. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/**
 * A copy of log fields that any renderer can print: errors become plain objects with their causes, maps and sets
 * become objects and arrays, bigints become strings, secrets become `[redacted]`, deep or circular structure is cut.
 */
export function toLoggable(fields: LogFields): LogFields {
  return plainObject(Object.entries(fields), 0, []);
}

function plainObject(entries: Iterable<[string, unknown]>, depth: number, path: readonly object[]): LogFields {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    result[key] = isSecretKey(key) && isPossibleSecret(value) ? redacted : plain(value, depth + 1, path);
  }
  return result;
}

/** Flags and counts called `token…` are no secrets, and an empty value is worth knowing. */
function isPossibleSecret(value: unknown): boolean {
  return value !== null && value !== '' && typeof value !== 'boolean' && typeof value !== 'number';
}

function plain(value: unknown, depth: number, path: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (path.includes(value)) return '[circular]';
  if (depth > maxDepth) return '[…]';
  const deeper = [...path, value];
  if (value instanceof Error) return plainError(value, depth, deeper);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Map) {
    return plainObject(
      [...value].map(([key, item]) => [String(key), item]),
      depth,
      deeper,
    );
  }
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => plain(item, depth + 1, deeper));
  if (value instanceof URL) return value.href;
  return plainObject(Object.entries(value), depth, deeper);
}

/** Stacks are kept out: the message names object and operation, and the causes say the rest. */
function plainError(error: Error, depth: number, path: readonly object[]): LogFields {
  const { name, message, cause, ...rest } = error as Error & { stack?: unknown };
  delete rest.stack;
  const own = Object.entries(rest).filter(([key]) => key !== 'name' && key !== 'errors');
  const result: Record<string, unknown> = { type: name, message, ...plainObject(own, depth, path) };
  if (cause !== undefined) result['cause'] = plain(cause, depth + 1, path);
  if (error instanceof AggregateError) result['errors'] = plain(error.errors, depth + 1, path);
  // A fault of ours has no code; only its stack says where it happened.
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) {
    result['stack'] = error.stack;
  }
  return result;
}
