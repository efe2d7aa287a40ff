import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** An object of the fake: a Pod in namespace `default`, say. */
export interface FakeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    resourceVersion: string;
  };
  readonly data: string;
}

interface LogEntry {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: FakeObject;
}

/** Ways in which the next request goes wrong. */
export type Fault =
  | {
      readonly on: 'list' | 'watch' | 'any';
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** The connection breaks after this many bytes of body. */
  | { readonly on: 'list' | 'watch'; readonly kind: 'cut'; readonly after: number }
  /** The watch ends properly after this many bytes, wherever that is. */
  | { readonly on: 'watch'; readonly kind: 'end'; readonly after: number }
  /** This is sent in the place of an event. */
  | { readonly on: 'watch'; readonly kind: 'say'; readonly text: string }
  /** The answer never comes. */
  | { readonly on: 'list' | 'watch' | 'any'; readonly kind: 'silence' };

/** What a client asked. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * One collection (`/api/v1/pods`) behind HTTP with pages, versions, watches and compaction, that goes wrong on demand.
 * Requests for other paths are answered by `respond`.
 */
export class FakeApiServer {
  readonly seen: SeenRequest[] = [];
  respond: (request: SeenRequest) => { readonly status: number; readonly body: unknown } = () => ({
    status: 404,
    body: {},
  });
  /** Of the last request. */
  lastSocket: Socket | undefined;
  readonly #objects = new Map<string, FakeObject>();
  readonly #faults: Fault[] = [];
  readonly #watchers = new Set<(entry: LogEntry) => void>();
  readonly #snapshots = new Map<string, { readonly version: number; readonly items: readonly FakeObject[] }>();
  #log: LogEntry[] = [];
  #version = 100;
  #compacted = 0;
  #uids = 0;
  #server: Server | undefined;
  #scheme = 'http';

  async start(tls?: ServerOptions): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    };
    const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  get url(): string {
    const address = this.#server?.address() as AddressInfo | undefined;
    return `${this.#scheme}://127.0.0.1:${address?.port}`;
  }

  /** `name` to `data` of all objects. */
  get state(): ReadonlyMap<string, string> {
    return new Map([...this.#objects.values()].map((object) => [object.metadata.name, object.data]));
  }

  get openWatches(): number {
    return this.#watchers.size;
  }

  put(name: string, data: string, more: object = {}): void {
    const known = this.#objects.get(name);
    const metadata = {
      name,
      namespace: 'default',
      uid: known?.metadata.uid ?? `uid-${++this.#uids}`,
      resourceVersion: String(++this.#version),
      managedFields: [{ manager: 'x' }],
    };
    const object = { metadata, data, ...more };
    this.#objects.set(name, object);
    this.#append({ version: this.#version, type: known === undefined ? 'ADDED' : 'MODIFIED', object });
  }

  remove(name: string): void {
    const known = this.#objects.get(name);
    if (known === undefined) return;
    this.#objects.delete(name);
    const object = { ...known, metadata: { ...known.metadata, resourceVersion: String(++this.#version) } };
    this.#append({ version: this.#version, type: 'DELETED', object });
  }

  /** Forgets history and page tokens: who is behind has to list again. */
  compact(): void {
    this.#log = [];
    this.#compacted = this.#version;
    this.#snapshots.clear();
  }

  failNext(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  get pendingFaults(): number {
    return this.#faults.length;
  }

  /** Breaks every connection, as a crash does. */
  breakAll(): void {
    this.#server?.closeAllConnections();
  }

  #append(entry: LogEntry): void {
    this.#log.push(entry);
    for (const watcher of this.#watchers) watcher(entry);
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.lastSocket = message.socket;
    const pieces: Buffer[] = [];
    for await (const piece of message) pieces.push(piece as Buffer);
    const url = new URL(message.url ?? '/', 'http://fake');
    const body = Buffer.concat(pieces).toString('utf8');
    const request = { method: message.method ?? '', url, headers: message.headers, body };
    this.seen.push(request);
    const isPods = url.pathname === '/api/v1/pods' && request.method === 'GET';
    const verb = url.searchParams.has('watch') ? 'watch' : 'list';
    const fault = this.#takeFault(isPods ? verb : 'any');
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? statusOf(fault.status, 'Fault'));
    } else if (!isPods) {
      const answer = this.respond(request);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    } else if (verb === 'list') this.#list(url, response, fault);
    else this.#watch(url, response, fault);
  }

  #takeFault(on: Fault['on']): Fault | undefined {
    const index = this.#faults.findIndex((fault) => fault.on === on || fault.on === 'any');
    return index === -1 ? undefined : this.#faults.splice(index, 1)[0];
  }

  #list(url: URL, response: ServerResponse, fault: Fault | undefined): void {
    const token = url.searchParams.get('continue');
    const limit = Number(url.searchParams.get('limit') ?? '500');
    const [id = '', offset = '0'] = token?.split(':') ?? [`s${this.#version}-${this.#snapshots.size}`];
    if (token === null) this.#snapshots.set(id, { version: this.#version, items: [...this.#objects.values()] });
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) {
      response.writeHead(410).end(statusOf(410, 'Expired'));
      return;
    }
    const start = Number(offset);
    const items = snapshot.items.slice(start, start + limit);
    const next = start + limit < snapshot.items.length ? `${id}:${start + limit}` : undefined;
    const metadata = { resourceVersion: String(snapshot.version), continue: next };
    const body = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    if (fault?.kind !== 'cut') response.end(body);
    else response.write(body.slice(0, Math.min(fault.after, body.length - 1)), () => response.destroy());
  }

  #watch(url: URL, response: ServerResponse, fault: Fault | undefined): void {
    const from = Number(url.searchParams.get('resourceVersion') ?? '0');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < this.#compacted) {
      response.end(`{"type":"ERROR","object":${statusOf(410, 'Expired')}}\n`);
      return;
    }
    if (fault?.kind === 'say') {
      response.end(fault.text);
      return;
    }
    let left = fault?.kind === 'cut' || fault?.kind === 'end' ? fault.after : Number.POSITIVE_INFINITY;
    const stop = (): void => void this.#watchers.delete(send);
    const send = ({ type, object }: Pick<LogEntry, 'type' | 'object'>): void => {
      const line = Buffer.from(`${JSON.stringify({ type, object })}\n`);
      // In two writes, so that clients see pieces of lines.
      const half = Math.floor(line.length / 2);
      if (line.length < left) {
        response.write(line.subarray(0, half));
        response.write(line.subarray(half));
        left -= line.length;
        return;
      }
      stop();
      if (fault?.kind === 'end') response.end(line.subarray(0, left));
      else response.write(line.subarray(0, left), () => response.destroy());
    };
    this.#watchers.add(send);
    response.on('close', stop);
    for (const entry of this.#log) if (entry.version > from && this.#watchers.has(send)) send(entry);
  }
}

/** The text of a `Status` object. */
export function statusOf(code: number, reason: string, message = `fake ${reason}`): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
}
