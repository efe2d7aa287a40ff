/** A request as handlers see it. */
export interface HttpRequest {
  readonly method: string;
  /** Decoded path, without query. */
  readonly path: string;
  /** Values of the `:name` parts of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Aborted when the client is gone or the server stops. */
  readonly signal: AbortSignal;
  /** The whole body. Throws `HttpError` 413 above the server's limit. */
  readonly body: () => Promise<Uint8Array>;
}

/** An answer. An object as body is sent as JSON, an iterable piece by piece as it comes. */
export interface HttpAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array> | { readonly json: unknown };
}

/** Answers requests of one route. */
export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** Thrown by a handler to answer with a status and a message. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
