import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Logger } from '@antrea-ts/runtime';
import { decodeCall } from './call.js';
import { CniError, cniErrorCodes, toErrorObject } from './errors.js';
import type { CniHandler } from './handler.js';

/** Largest call: one MiB of configuration (the plugin's bound) and its environment. */
const maxCallBytes = (1 << 20) + (64 << 10);
/** A little longer than the plugin waits. */
const callTimeoutMs = 115_000;

/**
 * Answers the plugin on a local socket (a named pipe on Windows). Only root may connect; a socket file that an
 * earlier process left is replaced.
 */
export class CniServer {
  readonly #path: string;
  readonly #handler: CniHandler;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #server: Server;
  readonly #calls = new Set<Promise<void>>();

  constructor(options: { readonly path: string }, modules: { readonly handler: CniHandler; readonly logger: Logger }) {
    this.#path = options.path;
    this.#handler = modules.handler;
    this.#logger = modules.logger;
    this.#server = createServer((request, response) => this.#take(request, response));
  }

  async start(): Promise<void> {
    const isPipe = this.#path.startsWith('\\\\.\\pipe\\');
    if (!isPipe) {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o750 });
      await rm(this.#path, { force: true });
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#path, resolve);
    });
    if (!isPipe) await chmod(this.#path, 0o600);
  }

  /** Lets calls that are being answered end, and takes no more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new CniError(cniErrorCodes.tryAgainLater, 'antrea-agent is stopping, try again later'));
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    while (this.#calls.size > 0) await Promise.all(this.#calls);
    // Whoever has said nothing yet, or keeps a connection for later, is not waited for.
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const call = this.#answer(request, response).finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    let cniVersion = '1.0.0';
    try {
      if (request.method !== 'POST' || request.url !== '/cni') {
        throw new CniError(cniErrorCodes.decodingFailure, `No such operation: ${request.method} ${request.url}`);
      }
      const call = decodeCall(await readBody(request, this.#stopping.signal));
      cniVersion = versionIn(call.config) ?? cniVersion;
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(callTimeoutMs)]);
      const result = await this.#handler.handle(call, { signal });
      this.#logger.debug('Answered CNI call', {
        command: call.command,
        container: call.containerId,
        ms: Math.round(performance.now() - startedAt),
      });
      send(response, 200, call.command === 'ADD' ? JSON.stringify(result) : '');
    } catch (error) {
      const reason: unknown = this.#stopping.signal.aborted ? this.#stopping.signal.reason : error;
      const answer = toErrorObject(reason, cniVersion);
      this.#logger.warn('CNI call failed', { code: answer.code, error: answer.msg, details: answer.details });
      send(response, 500, JSON.stringify(answer));
    }
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

async function readBody(request: IncomingMessage, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of addAbortSignal(signal, request) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxCallBytes) {
      throw new CniError(cniErrorCodes.decodingFailure, `CNI call is larger than ${maxCallBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The version for an error object, also of a configuration that is wrong otherwise. */
function versionIn(config: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(config);
    const version = (parsed as { cniVersion?: unknown } | null)?.cniVersion;
    return typeof version === 'string' && version.length < 16 ? version : undefined;
  } catch {
    return undefined;
  }
}
