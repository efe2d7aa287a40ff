/** Reasons of a Kubernetes Status, with the HTTP code that goes with each. */
const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

export type StatusReason = keyof typeof codes;

/** The reason that goes with an HTTP code that somebody else chose. */
export function reasonOfCode(code: number): StatusReason {
  const found = Object.entries(codes).find(([, known]) => known === code)?.[0] as StatusReason | undefined;
  return found ?? (code >= 500 ? 'InternalError' : code === 400 ? 'BadRequest' : 'Forbidden');
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly StatusCause[];
}

/** A failure as the API tells it: every one becomes a `Status` object. */
export class ApiError extends Error {
  readonly reason: StatusReason;
  readonly details: StatusDetails | undefined;

  constructor(reason: StatusReason, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.reason = reason;
    this.details = details;
  }

  get code(): number {
    return codes[this.reason];
  }
}

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: object;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails & Record<string, unknown>;
  readonly code: number;
}

/** Any failure as a Status; what is not an `ApiError` is our fault. */
export function statusOf(error: unknown): Status {
  const apiError =
    error instanceof ApiError
      ? error
      : new ApiError('InternalError', error instanceof Error ? error.message : String(error));
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: apiError.message,
    reason: apiError.reason,
    ...(apiError.details ? { details: { ...apiError.details } } : {}),
    code: apiError.code,
  };
}

export function notFound(of: { readonly plural: string; readonly group: string }, name: string): ApiError {
  return new ApiError('NotFound', `${qualified(of)} "${name}" not found`, {
    name,
    ...(of.group ? { group: of.group } : {}),
    kind: of.plural,
  });
}

export function qualified({ plural, group }: { readonly plural: string; readonly group: string }): string {
  return group ? `${plural}.${group}` : plural;
}

/** A refused object, with one cause per field. */
export function invalid(
  of: { readonly kind: string; readonly group: string },
  name: string,
  causes: readonly StatusCause[],
): ApiError {
  const list = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
  const kind = of.group ? `${of.kind}.${of.group}` : of.kind;
  return new ApiError('Invalid', `${kind} "${name}" is invalid: ${text}`, {
    name,
    ...(of.group ? { group: of.group } : {}),
    kind: of.kind,
    causes,
  });
}
