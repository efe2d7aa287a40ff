import type { Dispatcher, Pool } from 'undici';
import type { Credentials, KubeConnection } from '../config/connection.js';
import { KubeError } from '../errors.js';

/** One HTTP request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without an answer, or between two pieces of it, until we give up; 0: for ever. */
  readonly timeout: number;
}

/** What a request does, for messages. */
export function operationOf({ method, path }: Pick<HttpRequest, 'method' | 'path'>): string {
  return `${method} ${path.split('?')[0]}`;
}

/** The head of an answer, and its body still to be read. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** How connections are made. */
export interface TransportOptions {
  /** False switches TCP keep-alive off, where the system cannot do it (Wine). */
  readonly tcpKeepAlive?: boolean | undefined;
  readonly userAgent?: string | undefined;
}

/** Milliseconds until a server that does not take connections is given up. */
const connectTimeout = 10_000;

/** Sends requests to one API server over pooled connections, with credentials and TLS. */
export class Transport {
  readonly #connection: KubeConnection;
  readonly #options: TransportOptions;
  readonly #base: URL;
  #pool: { readonly pool: Pool; readonly certificate: string | undefined } | undefined;
  #closed = false;

  constructor(connection: KubeConnection, options: TransportOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#base = new URL(connection.server);
  }

  /** Sends a request; a refused credential is renewed once. Throws `unreachable`, `timeout`, or the signal's reason. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const first = await this.#sendOnce(request, false);
    if (first.status !== 401) return first;
    await first.body.dump();
    return await this.#sendOnce(request, true);
  }

  /** Breaks all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool?.pool.destroy();
  }

  async #sendOnce(request: HttpRequest, renew: boolean): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    const credentials = await this.#connection.credentials.get({ signal: request.signal, renew });
    const pool = await this.#poolFor(credentials);
    try {
      const answer = await pool.request({
        method: request.method,
        path: (this.#base.pathname === '/' ? '' : this.#base.pathname) + request.path,
        headers: { ...this.#headers(credentials), ...request.headers },
        body: request.body ?? null,
        signal: request.signal ?? null,
        headersTimeout: request.timeout,
        bodyTimeout: request.timeout,
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    } catch (error) {
      throw this.failure(request, error);
    }
  }

  /** What a failed request or a broken body means to callers. */
  failure(request: HttpRequest, error: unknown): unknown {
    if (request.signal?.aborted === true) return request.signal.reason;
    if (error instanceof KubeError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    const isUnconnected = code === 'UND_ERR_CONNECT_TIMEOUT';
    const isLate = isUnconnected || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
    const late = isUnconnected ? `no connection within ${connectTimeout} ms` : `no answer within ${request.timeout} ms`;
    const what = isLate ? late : message || code || 'connection failed';
    const operation = `${request.method} ${this.#base.origin}${request.path.split('?')[0]}`;
    return new KubeError(isLate ? 'timeout' : 'unreachable', `${operation}: ${what}`, {}, { cause: error });
  }

  #headers(credentials: Credentials): Record<string, string> {
    const { token, password } = credentials;
    const basic = password && Buffer.from(`${password.user}:${password.password}`).toString('base64');
    const authorization = token !== undefined ? `Bearer ${token}` : basic && `Basic ${basic}`;
    return {
      accept: 'application/json',
      'user-agent': this.#options.userAgent ?? 'antrea-ts',
      ...(authorization !== undefined && { authorization }),
    };
  }

  /** A client certificate belongs to a connection: a new one means new connections. */
  async #poolFor(credentials: Credentials): Promise<Pool> {
    const { Pool: UndiciPool } = await import('undici');
    if (this.#closed) throw new KubeError('unreachable', `connect to ${this.#base.origin}: the client is closed`);
    if (this.#pool !== undefined && this.#pool.certificate === credentials.certificate) return this.#pool.pool;
    // Requests under way on the old connections finish there.
    void this.#pool?.pool.close();
    const { ca, insecure, serverName } = this.#connection.tls;
    const pool = new UndiciPool(this.#base.origin, {
      connect: {
        ...(ca !== undefined && { ca }),
        ...(insecure === true && { rejectUnauthorized: false }),
        ...(serverName !== undefined && { servername: serverName }),
        ...(credentials.certificate !== undefined && { cert: credentials.certificate, key: credentials.key ?? '' }),
        keepAlive: this.#options.tcpKeepAlive ?? true,
        keepAliveInitialDelay: 30_000,
        timeout: connectTimeout,
      },
    });
    this.#pool = { pool, certificate: credentials.certificate };
    return pool;
  }
}

/** Seconds of a `Retry-After` header; its form as a date is not used by API servers. */
export function retryAfterOf(answer: Pick<HttpAnswer, 'headers'>): number | undefined {
  const header = answer.headers['retry-after'];
  const seconds = typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
  return seconds;
}
