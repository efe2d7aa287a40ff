import { request, type RequestOptions } from 'node:https';
import { parse } from 'yaml';
import { createDelegatingServer, createKubeClient, fixedCredentials, resource, type KubeClient } from '@antrea-ts/kube';
import { startApiServer, type ApiServer } from '@antrea-ts/kube-api';
import { createAuthority, Router, silentLogger, type HttpServer } from '@antrea-ts/runtime';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const roles = resource({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
});
const bindings = resource({ ...roles, plural: 'clusterrolebindings', kind: 'ClusterRoleBinding' });

/** A server whose clients the lab's API judges by its Roles, and that API going away. */
describe('a delegating server on the API of a lab', () => {
  let api: ApiServer;
  let client: KubeClient;
  let server: HttpServer;
  let stopped = false;

  beforeAll(async () => {
    api = await startApiServer({
      listeners: [{ host: '127.0.0.1', port: 0 }],
      authorization: 'RBAC',
      tokens: new Map([
        ['admin', { name: 'admin', groups: ['system:masters'] }],
        ['reader', { name: 'reader', groups: [] }],
        ['late', { name: 'reader', groups: ['late'] }],
        ['guest', { name: 'guest', groups: [] }],
      ]),
    });
    const { port } = api.addresses[0] as AddressInfo;
    client = createKubeClient({
      server: `https://127.0.0.1:${port}`,
      tls: { ca: api.caPem },
      credentials: fixedCredentials({ token: 'admin' }),
      namespace: 'default',
    });
    const rules = [
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
      { apiGroups: ['controlplane.antrea.io'], resources: ['networkpolicies'], verbs: ['watch'] },
    ];
    const binding = {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: roles.group, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ apiGroup: roles.group, kind: 'User', name: 'reader' }],
    };
    const role = { metadata: { name: 'reader' }, rules };
    await client.create(roles, role);
    await client.create(bindings, binding);
    const policies = '/apis/controlplane.antrea.io/v1beta2/networkpolicies';
    server = createDelegatingServer({
      name: 'test API',
      router: new Router().get('/metrics', () => ({ body: 'numbers' })).get(policies, () => ({ body: 'policies' })),
      listen: { host: '127.0.0.1', port: 0 },
      certificate: await (await createAuthority('test')).server('test', ['127.0.0.1']),
      client,
      log: silentLogger,
    });
    await server.start({ signal: new AbortController().signal });
  });
  afterAll(async () => {
    await server?.stop();
    await client?.close();
    if (!stopped) await api?.stop();
  });

  function get(path: string, options: RequestOptions = {}): Promise<{ status: number; body: string }> {
    const where = { host: '127.0.0.1', port: server.port, path, rejectUnauthorized: false, agent: false as const };
    return new Promise((resolve, reject) => {
      request({ ...where, ...options }, (answer) => {
        let body = '';
        answer.on('data', (piece: Buffer) => (body += piece.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      })
        .on('error', reject)
        .end();
    });
  }
  const bearer = (token: string): RequestOptions => ({ headers: { authorization: `Bearer ${token}` } });

  it('lets pass what Roles allow, paths and resources', async () => {
    const policies = '/apis/controlplane.antrea.io/v1beta2/networkpolicies';
    expect(await get('/metrics', bearer('reader'))).toEqual({ status: 200, body: 'numbers' });
    expect((await get('/metrics/', bearer('guest'))).status).toBe(403);
    expect((await get('/metrics', bearer('stolen'))).status).toBe(401);
    expect((await get('/metrics')).status).toBe(403);
    expect((await get(`${policies}?watch=true&fieldSelector=nodeName%3Dn1`, bearer('reader'))).status).toBe(200);
    expect(await get(policies, bearer('reader'))).toMatchObject({
      status: 403,
      body: expect.stringContaining('cannot list resource \\"networkpolicies\\"'),
    });
  });

  it('believes certificates of the cluster', async () => {
    const config = parse(await api.kubeconfig({ server: 'https://none', user: 'reader', groups: ['dev'] })) as {
      users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
    };
    const { user } = config.users[0]!;
    const pem = (data: string): string => Buffer.from(data, 'base64').toString();
    const shown = { cert: pem(user['client-certificate-data']), key: pem(user['client-key-data']) };
    await expect.poll(async () => (await get('/metrics', shown)).status).toBe(200);
  });

  it('says that the API is away, for as long as it is', async () => {
    await api.stop();
    stopped = true;
    expect(await get('/metrics', bearer('late'))).toMatchObject({
      status: 401,
      body: expect.stringContaining('the Kubernetes API cannot be reached'),
    });
    expect(await get('/none')).toMatchObject({ status: 500, body: expect.stringContaining('cannot be reached') });
    // Answered from what was asked a moment ago.
    expect((await get('/metrics', bearer('reader'))).status).toBe(200);
  });
});
