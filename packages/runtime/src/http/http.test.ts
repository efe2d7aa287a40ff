import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryLogger, type MemoryLogger } from '../log/memory-logger.js';
import { createMetrics } from '../metrics/create-metrics.js';
import { HealthChecks, routeMetrics, tolerantCheck } from './health.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.js';
import { HttpError } from './http-types.js';
import { Router } from './router.js';

let router: Router;
let log: MemoryLogger;
const servers: HttpServer[] = [];

beforeEach(() => {
  router = new Router();
  log = memoryLogger();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = createHttpServer({
    name: 'test API',
    router,
    log,
    listen: { host: '127.0.0.1', port: 0 },
    ...options,
  });
  servers.push(server);
  await server.start({ signal: new AbortController().signal });
  return server;
}

async function get(server: HttpServer, path: string, init?: RequestInit): Promise<{ status: number; body: string }> {
  const answer = await fetch(server.address + path, init);
  return { status: answer.status, body: await answer.text() };
}

// oxlint-disable-next-line require-yield -- fails before the first piece
async function* failing(): AsyncGenerator<string> {
  throw new Error('source gone');
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** For what `fetch` cannot do: local sockets and own CAs. */
async function getWith(options: RequestOptions & { ca?: string; servername?: string }): Promise<string> {
  return await new Promise((resolve, reject) => {
    const send = options.ca === undefined ? httpRequest : httpsRequest;
    send(options, (answer) => {
      let body = '';
      answer.on('data', (piece: Buffer) => (body += piece.toString()));
      answer.on('end', () => resolve(body));
    })
      .on('error', reject)
      .end();
  });
}

describe('router and server', () => {
  it('routes by method, parts, parameters and rest', async () => {
    router
      .get('/pods/:namespace/:name', ({ params }) => ({ body: { json: params } }))
      .get('/files/*', ({ params, query }) => ({ body: `${params['*']} ${query.get('q')}` }))
      .post('/echo', async ({ body }) => ({ status: 201, body: await body() }));
    const server = await serve();
    expect(await get(server, '/pods/ns/a%20b')).toEqual({ status: 200, body: '{"namespace":"ns","name":"a b"}\n' });
    expect(await get(server, '/files/a/b?q=1')).toEqual({ status: 200, body: 'a/b 1' });
    expect(await get(server, '/echo', { method: 'POST', body: 'hi' })).toEqual({ status: 201, body: 'hi' });
    expect((await get(server, '/echo')).status).toBe(405);
    expect(await get(server, '/none')).toEqual({ status: 404, body: 'no such path: /none\n' });
    expect((await get(server, '/%ff')).status).toBe(400);
    expect(await get(server, '/files/a', { method: 'HEAD' })).toEqual({ status: 200, body: '' });
  });

  it('answers errors of handlers, and logs those that are not meant', async () => {
    router
      .get('/meant', () => {
        throw new HttpError(400, 'namespace must be provided');
      })
      .get('/not-meant', () => Promise.reject(new Error('boom')));
    const server = await serve();
    expect(await get(server, '/meant')).toEqual({ status: 400, body: 'namespace must be provided\n' });
    expect(log.messages('error')).toEqual([]);
    expect((await get(server, '/not-meant')).status).toBe(500);
    expect(log.messages('error')).toEqual(['Request failed']);
  });

  it('refuses a body that is too long', async () => {
    router.post('/', async ({ body }) => ({ body: await body() }));
    const server = await serve({ maxBody: 10 });
    expect((await get(server, '/', { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
  });

  it('streams until the client leaves, and stops with streams open', async () => {
    const ended: string[] = [];
    async function* ticks(name: string, signal: AbortSignal): AsyncGenerator<string> {
      yield 'first\n';
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      ended.push(name);
    }
    router.get('/watch/:name', ({ params, signal }) => ({ body: ticks(params['name'] ?? '', signal) }));
    const server = await serve();
    const leaving = new AbortController();
    const answer = await fetch(`${server.address}/watch/leaver`, { signal: leaving.signal });
    expect(new TextDecoder().decode((await answer.body?.getReader().read())?.value)).toBe('first\n');
    leaving.abort();
    await expect.poll(() => ended).toEqual(['leaver']);
    await fetch(`${server.address}/watch/stayer`);
    await server.stop();
    await expect.poll(() => ended).toEqual(['leaver', 'stayer']);
  });

  it('cuts a client that takes nothing, when it is told to, and says why', async () => {
    const cut = new AbortController();
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        yield 'x'.repeat(100_000);
      }
    }
    router.get('/', () => ({ body: endless(), cut: cut.signal }));
    const server = await serve();
    const client = connect(server.port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    client.pause();
    const closed = once(client, 'close');
    cut.abort(new Error('it does not read'));
    client.on('error', () => undefined).resume();
    await closed;
    expect(log.entries).toMatchObject([{}, { level: 'warn', fields: { error: { message: 'it does not read' } } }]);
  });

  it('breaks an answer whose source fails instead of ending it', async () => {
    router.get('/', () => ({ body: failing() }));
    const server = await serve();
    await expect(get(server, '/')).rejects.toThrow();
    expect(log.messages('warn')).toEqual(['Answer broke']);
  });

  it('names an address that is taken', async () => {
    const first = await serve();
    await expect(serve({ listen: { host: '127.0.0.1', port: first.port } })).rejects.toThrow(
      /EADDRINUSE.*127\.0\.0\.1/,
    );
  });

  it('serves a local socket', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'runtime-http-'));
    try {
      router.get('/', () => ({ body: 'local' }));
      const server = await serve({ listen: { path: join(directory, 'api.sock') } });
      expect(await getWith({ socketPath: server.address, path: '/' })).toBe('local');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('serves TLS and takes a new certificate', async () => {
    const certificate = { cert: fixture('server.crt'), key: fixture('server.key') };
    router.get('/', () => ({ body: 'sealed' }));
    const server = await serve({ certificate });
    server.setCertificate(certificate);
    const options = { host: '127.0.0.1', port: server.port, ca: fixture('ca.crt'), servername: 'api.test', path: '/' };
    expect(server.address).toMatch(/^https:/);
    expect(await getWith(options)).toBe('sealed');
  });
});

describe('health', () => {
  it('answers as Kubernetes servers do, with reasons', async () => {
    let reason: string | undefined = 'some watchers may not be connected';
    const health = new HealthChecks()
      .add('watcher', () => reason)
      .add('ovs', () => Promise.reject(new Error('not connected')), ['live']);
    health.route(router);
    const server = await serve();
    expect(await get(server, '/readyz')).toEqual({
      status: 500,
      body: '[+]ping ok\n[-]watcher failed: some watchers may not be connected\nreadyz check failed\n',
    });
    expect(await get(server, '/readyz?exclude=watcher')).toEqual({ status: 200, body: 'ok' });
    expect((await get(server, '/livez')).body).toContain('[-]ovs failed: not connected');
    expect((await get(server, '/healthz')).status).toBe(500);
    expect([...(await health.problems('live'))]).toEqual([['ovs', 'not connected']]);
    reason = undefined;
    expect((await get(server, '/readyz')).body).toBe('ok');
    expect((await get(server, '/readyz?verbose')).body).toBe('[+]ping ok\n[+]watcher ok\nreadyz check passed\n');
    expect((await get(server, '/readyz/watcher')).body).toBe('ok');
    expect((await get(server, '/readyz/other')).status).toBe(404);
  });

  it('tolerates for a time what it tells all the time', async () => {
    let now = 0;
    let reason: string | undefined;
    const check = tolerantCheck(() => reason, { toleranceMs: 60_000, now: () => now });
    const health = new HealthChecks().add('controller', check);
    health.route(router);
    const server = await serve();
    now = 50_000;
    expect((await get(server, '/readyz')).body).toBe('ok');
    reason = 'not connected';
    now = 109_000;
    expect((await get(server, '/readyz')).body).toBe('ok');
    expect((await get(server, '/readyz?verbose')).body).toContain(
      '[+]controller ok for now: not connected (for 59 s; tolerated for 60 s)\n',
    );
    expect(await health.problems('ready')).toEqual(new Map());
    now = 110_000;
    expect(await get(server, '/readyz')).toMatchObject({
      status: 500,
      body: expect.stringContaining('[-]controller failed: not connected\n'),
    });
    reason = undefined;
    expect((await get(server, '/readyz')).status).toBe(200);
  });

  it('serves metrics', async () => {
    const metrics = await createMetrics({ processMetrics: false });
    metrics.gauge({ name: 'pods', help: 'Pods.' }).set(3);
    routeMetrics(router, metrics);
    const answer = await fetch(`${(await serve()).address}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('pods 3\n');
  });
});
