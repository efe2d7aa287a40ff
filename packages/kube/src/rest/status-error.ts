import type { Status } from 'kubernetes-types/meta/v1.js';
import { KubeError, type KubeErrorCode } from '../errors.js';

const codeByReason: Readonly<Record<string, KubeErrorCode>> = {
  AlreadyExists: 'already-exists',
  Conflict: 'conflict',
  Expired: 'expired',
  Gone: 'expired',
  Timeout: 'timeout',
};

const codeByStatus: Readonly<Record<number, KubeErrorCode>> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  410: 'expired',
  422: 'invalid',
  429: 'too-many-requests',
};

/**
 * The error of an answer that is not a success. `body` is a `Status` object as API servers send it; proxies and
 * overloaded servers send anything else, which then becomes the message.
 */
export function errorFromAnswer(operation: string, status: number, body: string, retryAfter?: number): KubeError {
  const parsed = parseStatus(body);
  const text = parsed?.message ?? (body.trim().slice(0, 300) || `HTTP status ${status}`);
  return new KubeError(codeOf(status, parsed?.reason), `${operation}: ${text}`, {
    status,
    reason: parsed?.reason,
    details: parsed?.details,
    retryAfter: sensibleDelay(retryAfter ?? parsed?.details?.retryAfterSeconds),
  });
}

/** Longest time, in seconds, that a server can have us wait. */
const longestDelay = 60;

function sensibleDelay(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? Math.min(seconds, longestDelay) : undefined;
}

/** The error of a `Status` object that came as an event of a watch. */
export function errorFromStatus(operation: string, status: Status): KubeError {
  return errorFromAnswer(operation, status.code ?? 500, JSON.stringify(status));
}

function codeOf(status: number, reason: string | undefined): KubeErrorCode {
  const byReason = reason === undefined ? undefined : codeByReason[reason];
  return byReason ?? codeByStatus[status] ?? (status >= 500 ? 'server-error' : 'bad-request');
}

function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isStatus = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
    return isStatus ? (value as object) : undefined;
  } catch {
    return undefined;
  }
}
