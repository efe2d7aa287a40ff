import { isJsonObject, type Json } from './json.js';
import type { Operation } from './operation.js';

/** The errors a database server may answer with: RFC 7047 sections 3.1, 4.1 and 5.2, spelled as on the wire. */
export const serverErrorCodes = [
  'aborted',
  'canceled',
  'constraint violation',
  'domain error',
  'duplicate uuid',
  'duplicate uuid-name',
  'I/O error',
  'no such database',
  'not allowed',
  'not owner',
  'not supported',
  'permission error',
  'range error',
  'referential integrity violation',
  'resources exhausted',
  'syntax error',
  'timed out',
  'unknown column',
  'unknown database',
  'unknown lock',
  'unknown method',
  'unknown monitor',
  'unknown table',
] as const;

export type ServerErrorCode = (typeof serverErrorCodes)[number];

/**
 * Why an OVSDB exchange failed: the server's code, or one of ours:
 * - `server error`: the server's code is none of the known ones; it stands in `details`;
 * - `malformed`: the peer sent something that is no JSON, no JSON-RPC or does not fit the schema;
 * - `too large`: a message beyond the configured bound;
 * - `disconnected`: the session ended before the answer came, so whether the request took effect is unknown;
 * - `inactive`: the peer did not answer an inactivity probe;
 * - `schema mismatch`: the server's schema lacks a table or column that is asked for;
 * - `bad value`: a value given to us does not fit its column.
 */
export type OvsdbErrorCode =
  | ServerErrorCode
  | 'server error'
  | 'malformed'
  | 'too large'
  | 'disconnected'
  | 'inactive'
  | 'schema mismatch'
  | 'bad value';

export interface OvsdbErrorOptions {
  readonly details?: string;
  readonly operation?: Operation;
  readonly operationIndex?: number;
  readonly cause?: unknown;
}

/** The one error of this package. Decide by `code`; `message` is for people. */
export class OvsdbError extends Error {
  readonly code: OvsdbErrorCode;
  /** What the server adds in words. */
  readonly details: string | undefined;
  /** Position of the failed operation in its transaction; absent when the commit as a whole failed. */
  readonly operationIndex: number | undefined;
  /**
   * The operation that failed. Not enumerable, because a row may hold a secret (an IPsec key in `options`) and
   * loggers print what is enumerable.
   */
  declare readonly operation: Operation | undefined;

  constructor(code: OvsdbErrorCode, message: string, options: OvsdbErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OvsdbError';
    this.code = code;
    this.details = options.details;
    this.operationIndex = options.operationIndex;
    Object.defineProperty(this, 'operation', { value: options.operation, enumerable: false });
  }
}

/** Whether an error is ours and has one of the codes. */
export function isOvsdbError(error: unknown, ...codes: readonly OvsdbErrorCode[]): error is OvsdbError {
  return error instanceof OvsdbError && (codes.length === 0 || codes.includes(error.code));
}

/**
 * The server's `error` member as an error. `what` names the request. Servers send `{"error", "details", "syntax"}` or
 * a bare string.
 */
export function parseServerError(
  json: Json,
  what: string,
  where: { readonly operation?: Operation; readonly operationIndex?: number } = {},
): OvsdbError {
  const object = isJsonObject(json) ? json : { error: json };
  const text = typeof object['error'] === 'string' ? object['error'] : JSON.stringify(object['error'] ?? null);
  const known = serverErrorCodes.find((code) => code === text);
  const details = [known === undefined ? text : undefined, object['details'], object['syntax']]
    .filter((part) => typeof part === 'string')
    .join('; ');
  return new OvsdbError(known ?? 'server error', `${what}: ${known ?? 'server error'}${details && `: ${details}`}`, {
    ...where,
    ...(details !== '' && { details }),
  });
}
