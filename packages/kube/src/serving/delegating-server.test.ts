import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAuthority,
  HttpError,
  memoryLogger,
  Router,
  untilAborted,
  type Authority,
  type HttpServer,
  type KeyPairPem,
} from '@antrea-ts/runtime';
import type { SubjectAccessReviewSpec } from 'kubernetes-types/authorization/v1.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubeError } from '../errors.js';
import type { KubeClient } from '../kube-client.js';
import { createDelegatingServer } from './create-delegating-server.js';

/** Tokens are names; `reader` may get /metrics. Counts what it is asked. */
class FakeApi {
  away = false;
  trust: Record<string, string> | undefined;
  readonly reviews: string[] = [];
  readonly accesses: SubjectAccessReviewSpec[] = [];
  tell: ((data: Record<string, string>) => void) | undefined;

  readonly client: Pick<KubeClient, 'create' | 'listPages' | 'watch'> = {
    create: (async (_: unknown, { spec }: { spec: SubjectAccessReviewSpec & { token?: string } }) => {
      if (this.away) throw new KubeError('unreachable', 'nobody at 10.96.0.1');
      if (spec.token === undefined) {
        this.accesses.push(spec);
        return { status: { allowed: spec.user === 'reader', reason: spec.user === 'reader' ? '' : 'no role' } };
      }
      this.reviews.push(spec.token);
      if (spec.token === 'bad') return { status: { authenticated: false } };
      return { status: { authenticated: true, user: { username: spec.token, groups: ['team'] } } };
    }) as never,
    listPages: async function* (this: void) {
      yield { metadata: { resourceVersion: '1' }, items: items() };
    } as never,
    watch: async function* (this: void, _: unknown, { signal, onOpen }: { signal: AbortSignal; onOpen: () => void }) {
      onOpen();
      await untilAborted(signal);
      yield* [];
    },
  };
}

let api: FakeApi;
let items: () => object[];
let authority: Authority;
let certificate: KeyPairPem;
let server: HttpServer;
let now: number;
let directory: string;

beforeAll(async () => {
  authority = await createAuthority('cluster-ca');
  certificate = await authority.server('test', ['127.0.0.1']);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeEach(() => {
  api = new FakeApi();
  items = () =>
    api.trust === undefined
      ? []
      : [{ metadata: { name: 'extension-apiserver-authentication', uid: '1', resourceVersion: '1' }, data: api.trust }];
  now = 0;
  directory = mkdtempSync(join(tmpdir(), 'kube-serving-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start() {
  const log = memoryLogger();
  const router = new Router()
    .get('/livez', () => ({ body: 'ok' }))
    .get('/metrics', () => ({ body: 'metrics' }))
    .get('/broken', () => {
      throw new Error('a fault of ours');
    })
    .get('/choosy', () => {
      throw new HttpError(400, 'level must be a whole number');
    });
  const listen = { host: '127.0.0.1', port: 0 };
  const tokenFile = join(directory, 'apiserver', 'loopback-client-token');
  server = createDelegatingServer({
    name: 'test API',
    router,
    listen,
    certificate,
    log,
    client: api.client,
    tokenFile,
    now: () => now,
  });
  await server.start({ signal: new AbortController().signal });
  return { log, token: () => readFileSync(tokenFile, 'utf8'), tokenFile };
}

function get(path: string, options: RequestOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server;
    request({ host: '127.0.0.1', port, path, ca: authority.caPem, agent: false, ...options }, (answer) => {
      let body = '';
      answer.on('data', (piece: Buffer) => (body += piece.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

const bearer = (token: string): RequestOptions => ({ headers: { authorization: `Bearer ${token}` } });

describe('a delegating server', () => {
  it('lets pass whom the API allows, and asks again only after ten seconds', async () => {
    await start();
    expect(await get('/metrics', bearer('reader'))).toEqual({ status: 200, body: 'metrics' });
    now = 9_999;
    expect((await get('/metrics', bearer('reader'))).status).toBe(200);
    expect(api.reviews).toEqual(['reader']);
    expect(api.accesses).toEqual([
      {
        user: 'reader',
        groups: ['team', 'system:authenticated'],
        nonResourceAttributes: { verb: 'get', path: '/metrics' },
      },
    ]);
    now = 10_000;
    await get('/metrics', bearer('reader'));
    expect(api.reviews).toHaveLength(2);
  });

  it('refuses others with a Status that says why', async () => {
    await start();
    const denied = await get('/metrics', bearer('joe'));
    expect(denied.status).toBe(403);
    expect(JSON.parse(denied.body)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code: 403,
      reason: 'Forbidden',
      message: 'forbidden: User "joe" cannot get path "/metrics": no role',
    });
    expect((await get('/metrics', bearer('bad'))).status).toBe(401);
    const nobody = await get('/metrics');
    expect(nobody.status).toBe(403);
    expect(nobody.body).toContain('system:anonymous');
    expect((await get('/none', bearer('reader'))).status).toBe(404);
    expect(await get('/choosy', bearer('reader'))).toMatchObject({
      status: 400,
      body: expect.stringMatching(/whole number/),
    });
    expect(await get('/broken', bearer('reader'))).toMatchObject({
      status: 500,
      body: expect.stringMatching(/internal error/),
    });
  });

  it('answers open paths and the loopback token while the API is away, and says to others that it is', async () => {
    const { token, tokenFile } = await start();
    api.away = true;
    expect(await get('/livez', bearer('bad'))).toEqual({ status: 200, body: 'ok' });
    expect(await get('/metrics', bearer(token()))).toEqual({ status: 200, body: 'metrics' });
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    const unchecked = await get('/metrics', bearer('reader'));
    expect(unchecked).toMatchObject({
      status: 401,
      body: expect.stringMatching(/the Kubernetes API cannot be reached/),
    });
    expect(unchecked.body).not.toContain('10.96.0.1');
    expect(await get('/metrics')).toMatchObject({ status: 500, body: expect.stringMatching(/cannot be reached/) });
    api.away = false;
    expect((await get('/metrics', bearer('reader'))).status).toBe(200);
  });

  it('knows users by certificates, and whom the proxy speaks for', async () => {
    const proxies = await createAuthority('proxy-ca');
    api.trust = {
      'client-ca-file': authority.caPem,
      'requestheader-client-ca-file': proxies.caPem,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-username-headers': '["X-Remote-User"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
    };
    await start();
    const reader = await authority.client('reader', ['dev']);
    // The server believes certificates soon after it has started.
    await expect.poll(async () => (await get('/metrics', reader)).status).toBe(200);
    expect(api.accesses.at(-1)).toMatchObject({ user: 'reader', groups: ['dev', 'system:authenticated'] });
    expect((await get('/metrics', await authority.client('joe', []))).status).toBe(403);

    const proxy = await proxies.client('front-proxy-client', []);
    const headers = { 'X-Remote-User': 'reader', 'X-Remote-Group': ['a, system:masters', 'b'] };
    expect((await get('/metrics', { ...proxy, headers })).status).toBe(200);
    expect(api.accesses.at(-1)?.groups).toEqual(['a, system:masters', 'b', 'system:authenticated']);
    // Nobody else speaks for others, and whoever is not vouched for is nobody.
    expect((await get('/metrics', { ...(await authority.client('joe', [])), headers })).status).toBe(403);
    const stranger = await (await createAuthority('elsewhere')).client('reader', ['system:masters']);
    expect(await get('/metrics', stranger)).toMatchObject({
      status: 403,
      body: expect.stringMatching(/system:anonymous/),
    });
  });

  it('goes on when the list of authorities cannot be read', async () => {
    api.trust = { 'client-ca-file': '-----BEGIN CERTIFICATE-----\nMQ==\n-----END CERTIFICATE-----' };
    const { log } = await start();
    expect((await get('/metrics', bearer('reader'))).status).toBe(200);
    await expect.poll(() => log.messages('warn')).toContain('Cannot tell clients by their certificates');
  });
});
