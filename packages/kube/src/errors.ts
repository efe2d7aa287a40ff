import type { StatusDetails } from 'kubernetes-types/meta/v1.js';

/** What a call to a Kubernetes API can come to, by code. Messages are for people, codes for decisions. */
export type KubeErrorCode =
  /** No such object, or no such resource on this server. */
  | 'not-found'
  | 'already-exists'
  /** The object has changed since it was read; read again and repeat. */
  | 'conflict'
  /** The object breaks its schema or a rule of admission. */
  | 'invalid'
  | 'bad-request'
  /** The server does not know who we are. */
  | 'unauthorized'
  /** The server knows who we are and says no. */
  | 'forbidden'
  /** The resource version or the page token is too old; list again. */
  | 'expired'
  | 'too-many-requests'
  /** The server had trouble: any 5xx. */
  | 'server-error'
  /** No answer in time. */
  | 'timeout'
  /** No connection, or it broke. */
  | 'unreachable'
  /** The answer is not what the protocol says. */
  | 'bad-answer'
  /** The kubeconfig or the in-cluster files are not usable. */
  | 'bad-config';

/** More about a `KubeError`. */
export interface KubeErrorDetail {
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** The server's machine-readable reason, such as `NotFound`. */
  readonly reason?: string | undefined;
  readonly details?: StatusDetails | undefined;
  /** Seconds the server asks us to wait. */
  readonly retryAfter?: number | undefined;
}

/** An operation on a Kubernetes API that failed. A cancelled one throws the signal's reason instead. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly details: StatusDetails | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: KubeErrorCode, message: string, detail: KubeErrorDetail = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = detail.status;
    this.reason = detail.reason;
    this.details = detail.details;
    this.retryAfter = detail.retryAfter;
  }
}

/** True when `thrown` is a `KubeError` with one of these codes. */
export function isKubeError(thrown: unknown, ...codes: readonly KubeErrorCode[]): thrown is KubeError {
  return thrown instanceof KubeError && (codes.length === 0 || codes.includes(thrown.code));
}
