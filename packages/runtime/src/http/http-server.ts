import { constants } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once, setMaxListeners } from 'node:events';
import { errorMessage } from '../errors.js';
import type { Logger } from '../log/logger.js';
import { clientCertificateOf } from './client-certificate.js';
import { HttpError, type HttpAnswer, type HttpRequest } from './http-types.js';
import { sendAnswer } from './send-answer.js';

/** PEM certificate and key of a server. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Versions and ciphers that a server offers. */
export interface TlsSettings {
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly ciphers?: string | undefined;
}

/** Where and how to serve. */
export interface HttpServerOptions {
  /** For the log and for errors: `agent API`. */
  readonly name: string;
  readonly router: { handle(request: HttpRequest): Promise<HttpAnswer> };
  /** A TCP port (0: any free one) on an address, or a local socket (on Windows a named pipe). */
  readonly listen: { readonly host?: string; readonly port: number } | { readonly path: string };
  readonly log: Logger;
  /** Set: HTTPS. */
  readonly certificate?: ServerCertificate;
  /** TLS settings as OpenSSL names them. */
  readonly tls?: TlsSettings;
  /** With HTTPS: clients are asked for a certificate, and may do without. Whom to believe tells `setClientAuthorities`. */
  readonly askForCertificates?: boolean;
  /** Bytes of a request's body; default 4 MiB. */
  readonly maxBody?: number;
}

/** A server. */
export interface HttpServer {
  readonly name: string;
  /** Resolves when it listens. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Ends requests under way by their signals, and resolves when all connections are closed. */
  stop(): Promise<void>;
  /** `https://127.0.0.1:10350`, or the path of the local socket. Only while started. */
  readonly address: string;
  /** The TCP port in use. */
  readonly port: number;
  /** Takes another certificate for new connections. */
  setCertificate(certificate: ServerCertificate): void;
  /** Takes these authorities (PEM) for the certificates of clients on new connections; none: nobody's is believed. */
  setClientAuthorities(authorities: readonly string[]): void;
}

const defaultMaxBody = 4 * 1024 * 1024;

/** Makes a server. It listens from `start` on; `stop` ends requests under way by their signals. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  return new NodeHttpServer(options);
}

class NodeHttpServer implements HttpServer {
  readonly name: string;
  readonly #options: HttpServerOptions;
  readonly #stopping = new AbortController();
  #server: Server | TlsServer | undefined;
  #certificate: ServerCertificate | undefined;
  #authorities: readonly string[] = [];

  constructor(options: HttpServerOptions) {
    this.name = options.name;
    this.#options = options;
    // Each request under way listens.
    setMaxListeners(0, this.#stopping.signal);
    this.#certificate = options.certificate;
  }

  async start(): Promise<void> {
    const { listen, log } = this.#options;
    const server = await this.#create((message, response) => void this.#serve(message, response));
    this.#server = server;
    // Rejects with what `error` says, such as EADDRINUSE with the address in its message.
    const listening = once(server, 'listening');
    server.listen(listen);
    await listening;
    server.on('error', (error) => log.error('Server failed', { server: this.name, error }));
    log.info('Listening', { server: this.name, address: this.address });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const server = this.#server;
    if (server?.listening !== true) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get address(): string {
    const { listen, certificate } = this.#options;
    if ('path' in listen) return listen.path;
    const { address, family } = (this.#server?.address() ?? {}) as Partial<AddressInfo>;
    const host = family === 'IPv6' ? `[${address}]` : address;
    return `${certificate === undefined ? 'http' : 'https'}://${host}:${this.port}`;
  }

  setCertificate(certificate: ServerCertificate): void {
    this.#certificate = certificate;
    this.#renewContext();
  }

  setClientAuthorities(authorities: readonly string[]): void {
    const before = this.#authorities;
    this.#authorities = authorities;
    try {
      this.#renewContext();
    } catch (error) {
      this.#authorities = before;
      throw error;
    }
  }

  #renewContext(): void {
    if (this.#server !== undefined && 'setSecureContext' in this.#server) {
      this.#server.setSecureContext(this.#context());
    }
  }

  #context() {
    const { tls, askForCertificates } = this.#options;
    return {
      ...tls,
      ...this.#certificate,
      ...(askForCertificates === true && {
        // Never absent: without it Node believes the public authorities.
        ca: [...this.#authorities],
        // A session that is taken up again would keep what was believed when it began.
        secureOptions: constants.SSL_OP_NO_TICKET,
      }),
    };
  }

  /** Node's servers take 40 ms to load: only programs that serve pay for them. */
  async #create(onRequest: RequestListener): Promise<Server | TlsServer> {
    const { certificate, askForCertificates = false } = this.#options;
    if (certificate === undefined) return (await import('node:http')).createServer(onRequest);
    const asking = askForCertificates ? { requestCert: true, rejectUnauthorized: false } : {};
    return (await import('node:https')).createServer({ ...this.#context(), ...asking }, onRequest);
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const onStop = (): void => gone.abort();
    this.#stopping.signal.addEventListener('abort', onStop, { once: true });
    response.on('close', () => {
      this.#stopping.signal.removeEventListener('abort', onStop);
      gone.abort();
    });
    try {
      const answer = await this.#answer(message, gone.signal);
      await sendAnswer(response, answer, { withBody: message.method !== 'HEAD', signal: gone.signal });
    } catch (error) {
      // Only a stream that began can fail here: a broken answer must not look complete.
      if (!gone.signal.aborted) this.#options.log.warn('Answer broke', { server: this.name, path: message.url, error });
      response.destroy();
    }
  }

  async #answer(message: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.#options.router.handle(this.#request(message, signal));
    } catch (error) {
      if (error instanceof HttpError) return { status: error.status, body: `${error.message}\n` };
      if (!signal.aborted) {
        this.#options.log.error('Request failed', {
          server: this.name,
          method: message.method,
          path: message.url,
          error,
        });
      }
      return { status: 500, body: `internal error: ${errorMessage(error)}\n` };
    }
  }

  #request(message: IncomingMessage, signal: AbortSignal): HttpRequest {
    const target = `http://local${message.url ?? '/'}`;
    if (!URL.canParse(target)) throw new HttpError(400, 'the request target is not a path');
    const url = new URL(target);
    return {
      method: message.method ?? 'GET',
      path: decodePath(url.pathname),
      params: {},
      query: url.searchParams,
      headers: message.headers,
      headerValues: (name) => message.headersDistinct[name] ?? [],
      ...(this.#options.askForCertificates === true && { certificate: clientCertificateOf(message) }),
      signal,
      body: () => readBody(message, this.#options.maxBody ?? defaultMaxBody),
    };
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpError(400, 'the path is not well encoded');
  }
}

async function readBody(message: IncomingMessage, maxBody: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBody) throw new HttpError(413, `the body is longer than ${maxBody} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
