import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { fixedCredentials, type KubeConnection } from '../config/connection.js';
import type { KubeClient } from '../kube-client.js';
import { patchWithRetry } from '../patch-with-retry.js';
import { resource, type Stored } from '../resource.js';
import { resources } from '../resources.js';
import { FakeApiServer, statusOf, type FakeObject, type SeenRequest } from '../testing/fake-api-server.js';
import { createKubeClient, type KubeClientOptions } from './create-kube-client.js';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const { configMaps } = resources;
const pods = resource<FakeObject>({ group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true });

let server: FakeApiServer;
const clients: KubeClient[] = [];

beforeEach(() => {
  server = new FakeApiServer();
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await server.stop();
});

function connect(connection: Partial<KubeConnection> = {}, options: KubeClientOptions = {}): KubeClient {
  const credentials = fixedCredentials({ token: 'secret-token' });
  const whole = { server: server.url, tls: {}, credentials, namespace: 'default', ...connection };
  const client = createKubeClient(whole, { retry: { attempts: 3, backoff: { initial: 1, max: 2 } }, ...options });
  clients.push(client);
  return client;
}

function labelled(): object {
  return { metadata: { labels: { a: 'b' } } };
}

/** Answers everything with what was sent, as a stored object. */
function echo(request: SeenRequest): { status: number; body: unknown } {
  const metadata = { name: 'x', uid: 'u', resourceVersion: '1', managedFields: [{}] };
  return { status: 200, body: { metadata, data: { method: request.method, path: request.url.pathname } } };
}

function last(): SeenRequest {
  const seen = server.seen.at(-1);
  if (seen === undefined) throw new Error('nothing was asked');
  return seen;
}

describe('KubeClient', () => {
  beforeEach(async () => {
    await server.start();
    server.respond = echo;
  });

  const ref = { name: 'x', namespace: 'ns' };
  const path = '/api/v1/namespaces/ns/configmaps';
  const calls: readonly [string, (client: KubeClient) => Promise<unknown>, string, object][] = [
    ['get', (client) => client.get(configMaps, ref), `GET ${path}/x`, {}],
    ['get subresource', (client) => client.get(configMaps, ref, { subresource: 'status' }), `GET ${path}/x/status`, {}],
    ['get of the cluster', (client) => client.get(resources.nodes, { name: 'a/b' }), 'GET /api/v1/nodes/a%2Fb', {}],
    [
      'create',
      (client) => client.create(configMaps, { metadata: ref }, { fieldManager: 'me', dryRun: true }),
      `POST ${path}?fieldManager=me&dryRun=All`,
      { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: ref } },
    ],
    [
      'replace status',
      (client) => client.replace(resources.networkPolicies, { metadata: ref }, { subresource: 'status' }),
      'PUT /apis/networking.k8s.io/v1/namespaces/ns/networkpolicies/x/status',
      { body: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: ref } },
    ],
    [
      'merge patch',
      (client) => client.patch(configMaps, ref, { type: 'merge', body: { data: { a: null } } }),
      `PATCH ${path}/x`,
      { body: { data: { a: null } }, type: 'application/merge-patch+json' },
    ],
    [
      'strategic patch',
      (client) => client.patch(configMaps, ref, { type: 'strategic', body: {} }),
      `PATCH ${path}/x`,
      { body: {}, type: 'application/strategic-merge-patch+json' },
    ],
    [
      'JSON patch',
      (client) => client.patch(configMaps, ref, { type: 'json', body: [{ op: 'remove', path: '/data/a' }] }),
      `PATCH ${path}/x`,
      { body: [{ op: 'remove', path: '/data/a' }], type: 'application/json-patch+json' },
    ],
    [
      'apply',
      (client) => client.patch(configMaps, ref, { type: 'apply', body: { data: {} }, fieldManager: 'me', force: true }),
      `PATCH ${path}/x?fieldManager=me&force=true`,
      { body: { apiVersion: 'v1', kind: 'ConfigMap', data: {} }, type: 'application/apply-patch+yaml' },
    ],
    [
      'delete',
      (client) => client.delete(configMaps, ref, { propagation: 'Foreground', preconditions: { uid: 'u' } }),
      `DELETE ${path}/x`,
      {
        body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground', preconditions: { uid: 'u' } },
      },
    ],
    [
      'deleteCollection',
      (client) => client.deleteCollection(configMaps, { namespace: 'ns', labelSelector: 'a in (b,c)' }),
      `DELETE ${path}?labelSelector=a+in+%28b%2Cc%29`,
      {},
    ],
    [
      'createSubresource',
      (client) => client.createSubresource(resources.pods, ref, 'binding', { target: {} }),
      'POST /api/v1/namespaces/ns/pods/x/binding',
      { body: { target: {} } },
    ],
    ['raw', (client) => client.raw({ path: '/version' }), 'GET /version', {}],
  ];
  it.each(calls)('%s', async (_name, call, request, { body, type }: { body?: object; type?: string }) => {
    await call(connect());
    const { method, url, headers, body: sent } = last();
    expect(`${method} ${url.pathname}${url.search}`).toBe(request);
    expect(headers.authorization).toBe('Bearer secret-token');
    if (body !== undefined) expect(JSON.parse(sent)).toEqual(body);
    if (type !== undefined) expect(headers['content-type']).toBe(type);
  });

  it('returns typed objects without managedFields', async () => {
    const object = await connect().get(configMaps, ref);
    expectTypeOf(object).toEqualTypeOf<Stored<ConfigMap>>();
    expectTypeOf(object.metadata.resourceVersion).toEqualTypeOf<string>();
    expect(object.metadata).toEqual({ name: 'x', uid: 'u', resourceVersion: '1' });
  });

  it('lists all pages, with apiVersion and kind on each object', async () => {
    for (let index = 0; index < 7; index++) server.put(`p${index}`, 'x');
    const list = await connect().list(pods, { pageSize: 3, labelSelector: 'a=b' });
    expect(list.items).toHaveLength(7);
    expect(list.items[6]).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p6' } });
    expect(list.metadata.resourceVersion).toBe('107');
    expect(server.seen.map(({ url }) => url.searchParams.get('labelSelector'))).toEqual(['a=b', 'a=b', 'a=b']);
  });

  it('refuses to address a namespaced object without namespace', async () => {
    await expect(connect().get(configMaps, { name: 'x' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(connect().delete(configMaps, { name: '', namespace: 'ns' })).rejects.toThrow('needs a name');
    expect(server.seen).toEqual([]);
  });

  it.each([
    [404, statusOf(404, 'NotFound', 'pods "x" not found'), 'not-found'],
    [409, statusOf(409, 'AlreadyExists'), 'already-exists'],
    [409, statusOf(409, 'Conflict'), 'conflict'],
    [422, statusOf(422, 'Invalid'), 'invalid'],
    [403, statusOf(403, 'Forbidden'), 'forbidden'],
    [410, statusOf(410, 'Expired'), 'expired'],
    [504, statusOf(504, 'Timeout'), 'timeout'],
    [502, '<html>bad gateway</html>', 'server-error'],
    [400, '', 'bad-request'],
  ])('turns %d %j into %s', async (status, body, code) => {
    server.respond = () => ({ status: 200, body: {} });
    for (let index = 0; index < 3; index++) server.failNext({ on: 'any', kind: 'status', status, body });
    await expect(connect().get(configMaps, ref)).rejects.toMatchObject({ name: 'KubeError', code, status });
  });

  it('repeats what the server asks to repeat, and reads after 5xx, but no writes after a plain 5xx', async () => {
    const client = connect();
    server.failNext(
      { on: 'any', kind: 'status', status: 429, headers: { 'retry-after': '0' } },
      { on: 'any', kind: 'status', status: 503, headers: { 'retry-after': '0' } },
    );
    await client.create(configMaps, { metadata: ref });
    expect(server.seen).toHaveLength(3);
    server.failNext({ on: 'any', kind: 'status', status: 500 });
    await client.get(configMaps, ref);
    server.failNext({ on: 'any', kind: 'status', status: 500 });
    await expect(client.create(configMaps, { metadata: ref })).rejects.toMatchObject({ code: 'server-error' });
  });

  it('repeats a read whose connection broke', async () => {
    server.put('a', 'x');
    const client = connect();
    await client.list(pods);
    server.breakAll();
    expect((await client.list(pods)).items).toHaveLength(1);
  });

  it('waits as long as Retry-After says, and is cancelled meanwhile', async () => {
    server.failNext({ on: 'any', kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    const reason = new Error('enough');
    const controller = new AbortController();
    const call = connect().get(configMaps, ref, { signal: controller.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(server.seen).toHaveLength(1);
  });

  it('throws the reason of its signal', async () => {
    server.failNext({ on: 'any', kind: 'silence' });
    const reason = new Error('enough');
    const controller = new AbortController();
    const call = connect().get(configMaps, ref, { signal: controller.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(connect().get(configMaps, ref, { signal: controller.signal })).rejects.toBe(reason);
  });

  it('gives up on a server that does not answer', async () => {
    server.failNext({ on: 'any', kind: 'silence' });
    const options = { timeout: 30, retry: { attempts: 1, backoff: { initial: 1, max: 1 } } };
    await expect(connect({}, options).get(configMaps, ref)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('says that nobody is there', async () => {
    const client = connect({ server: 'http://127.0.0.1:1' });
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code: 'unreachable' });
    await client.close();
    await expect(client.get(configMaps, ref)).rejects.toThrow('the client is closed');
  });

  it('renews credentials once when they are refused', async () => {
    const tokens = ['old', 'new'];
    const credentials = { get: ({ renew = false }) => Promise.resolve({ token: tokens[renew ? 1 : 0] }) };
    server.respond = (request) =>
      request.headers.authorization === 'Bearer new' ? echo(request) : { status: 401, body: {} };
    await connect({ credentials }).get(configMaps, ref);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
    const hopeless = connect({ credentials: fixedCredentials({ password: { user: 'u', password: 'p' } }) });
    await expect(hopeless.get(configMaps, ref)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(last().headers.authorization).toBe('Basic dTpw');
  });

  it('refuses answers that are none', async () => {
    server.failNext({ on: 'any', kind: 'status', status: 200, body: 'hello' });
    await expect(connect().get(configMaps, ref)).rejects.toMatchObject({ code: 'bad-answer' });
    server.failNext({ on: 'list', kind: 'status', status: 200, body: '{"items":5}' });
    await expect(connect().list(pods)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('watches from now with present objects first, until the signal', async () => {
    server.put('a', '1');
    const controller = new AbortController();
    const seen: string[] = [];
    let opened = 0;
    const watching = (async () => {
      const options = { signal: controller.signal, timeoutSeconds: 60, onOpen: () => opened++ };
      for await (const event of connect().watch(pods, options)) {
        seen.push(`${event.type} ${event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.name}`);
        if (seen.length === 1) server.put('b', '1');
        else controller.abort();
      }
    })();
    await expect(watching).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual(['ADDED a', 'ADDED b']);
    expect(opened).toBe(1);
    expect(last().url.searchParams.get('allowWatchBookmarks')).toBe('true');
  });

  it('closes the stream when the reader leaves', async () => {
    server.put('a', '1');
    for await (const event of connect().watch(pods)) {
      expect(event.type).toBe('ADDED');
      break;
    }
    await expect.poll(() => server.openWatches).toBe(0);
  });

  it('reads bookmarks', async () => {
    const bookmark = {
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: '7', annotations: { 'k8s.io/initial-events-end': 'true' } } },
    };
    server.failNext({ on: 'watch', kind: 'say', text: `${JSON.stringify(bookmark)}\n` });
    for await (const event of connect().watch(pods)) {
      expect(event).toEqual({ type: 'BOOKMARK', resourceVersion: '7', initialEventsEnd: true });
    }
  });

  it('patches again when the object changed meanwhile, for exactly the version it read', async () => {
    let version = 1;
    const sent: unknown[] = [];
    server.respond = (request) => {
      const stored = { metadata: { name: 'x', uid: 'u', resourceVersion: String(version) } };
      if (request.method === 'GET') return { status: 200, body: stored };
      sent.push(JSON.parse(request.body));
      if (version++ < 3) return { status: 409, body: JSON.parse(statusOf(409, 'Conflict')) };
      return { status: 200, body: stored };
    };
    await patchWithRetry(connect(), configMaps, ref, labelled, { subresource: 'status' });
    expect(sent).toEqual(['1', '2', '3'].map((each) => ({ metadata: { labels: { a: 'b' }, resourceVersion: each } })));
    await patchWithRetry(connect(), configMaps, ref, () => undefined);
    expect(last().method).toBe('GET');
    version = -10;
    await expect(patchWithRetry(connect(), configMaps, ref, labelled, { attempts: 2 })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('KubeClient over TLS', () => {
  const ref = { name: 'x', namespace: 'ns' };
  const ca = fixture('ca.crt');

  beforeEach(async () => {
    await server.start({
      key: fixture('server.key'),
      cert: fixture('server.crt'),
      ca,
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.respond = echo;
  });

  it('trusts by CA and name, and shows its certificate', async () => {
    const credentials = fixedCredentials({ certificate: fixture('client.crt'), key: fixture('client.key') });
    const client = connect({ tls: { ca, serverName: 'api.test' }, credentials });
    await client.get(configMaps, ref);
    expect((server.lastSocket as TLSSocket).getPeerCertificate().subject.CN).toBe('client');
  });

  it.each([
    ['another name', { ca }],
    ['an unknown CA', { serverName: 'api.test' }],
  ])('refuses %s', async (_name, tls) => {
    await expect(connect({ tls }).get(configMaps, ref)).rejects.toMatchObject({ code: 'unreachable' });
    expect(server.seen).toEqual([]);
  });

  it('checks nothing when told so', async () => {
    await connect({ tls: { insecure: true } }, { tcpKeepAlive: false }).get(configMaps, ref);
    expect(server.seen).toHaveLength(1);
  });
});
