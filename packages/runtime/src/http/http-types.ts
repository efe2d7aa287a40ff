/** A request as handlers see it. */
export interface HttpRequest {
  readonly method: string;
  /** Decoded path, without query. */
  readonly path: string;
  /** Values of the `:name` parts of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** All values of a header, as they came; `headers` joins repeated ones by commas. The name is in lower case. */
  readonly headerValues: (name: string) => readonly string[];
  /** What the client showed, where the server asks for certificates and one of its authorities vouches for it. */
  readonly certificate?: ClientCertificate | undefined;
  /** Aborted when the client is gone or the server stops. */
  readonly signal: AbortSignal;
  /** The whole body. Throws `HttpError` 413 above the server's limit. */
  readonly body: () => Promise<Uint8Array>;
}

/** A certificate of a client that the server's authorities vouch for. */
export interface ClientCertificate {
  /** Empty where it has none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SHA-256 fingerprints of the authorities above it, up to the root, as `X509Certificate.fingerprint256`. */
  readonly authorities: ReadonlySet<string>;
}

/** An answer. An object as body is sent as JSON, an iterable piece by piece as it comes. */
export interface HttpAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array> | { readonly json: unknown };
  /** Aborted: a stream does not wait any longer for a client that takes nothing. Its connection is broken. */
  readonly cut?: AbortSignal;
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
