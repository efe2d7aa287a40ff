import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpsService, type HttpsService } from '../fixtures/https-service.js';
import { eventually, startTestCluster, type TestCluster } from '../fixtures/test-cluster.js';

const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const group = '/apis/remote.example.com/v1';
let cluster: TestCluster;
let service: HttpsService;

/** Whether somebody is behind the Service: on loopback, which no Endpoints may name. */
let isServed = false;

beforeAll(async () => {
  cluster = await startTestCluster({
    resolveService: async ({ name }) =>
      isServed && name === 'remote' ? { host: '127.0.0.1', port: service.port } : undefined,
  });
  service = await startHttpsService(
    ['remote.default.svc'],
    (request, response, body) => {
      const { url = '', headers, method } = request;
      response.setHeader('content-type', 'application/json');
      if (url === group) {
        const resources = [
          { name: 'things', singularName: 'thing', kind: 'Thing', namespaced: false, verbs: ['get', 'list'] },
        ];
        return response.end(
          JSON.stringify({
            kind: 'APIResourceList',
            apiVersion: 'v1',
            groupVersion: 'remote.example.com/v1',
            resources,
          }),
        );
      }
      if (url.includes('watch=true')) {
        response.write('{"type":"ADDED","object":{"n":1}}\n');
        return setTimeout(() => response.end('{"type":"ADDED","object":{"n":2}}\n'), 50);
      }
      const peer = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
      return response.end(JSON.stringify({ method, url, headers, body, peer }));
    },
    cluster.server.caPem,
  );
});
afterAll(async () => {
  await cluster.stop();
  await service.stop();
});

const available = async () => {
  const { body } = await cluster.call('GET', `${apiServices}/v1.remote.example.com`);
  return body.status?.conditions?.[0] as { status: string; reason: string } | undefined;
};

describe('an APIService', () => {
  it('is unavailable until its Service has somebody behind it', async () => {
    const spec = {
      group: 'remote.example.com',
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      caBundle: service.caBundle,
      service: { namespace: 'default', name: 'remote' },
    };
    const made = await cluster.call('POST', apiServices, { metadata: { name: 'v1.remote.example.com' }, spec });
    expect(made.code).toBe(201);
    await eventually(available, (condition) => condition?.reason === 'MissingEndpoints');
    expect((await cluster.call('GET', `${group}/things`)).code).toBe(503);

    await cluster.call('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'remote' },
      spec: { ports: [{ port: 443 }] },
    });
    isServed = true;
    await eventually(available, (condition) => condition?.status === 'True');
  });

  it('is part of the API', async () => {
    const { body } = await cluster.call('GET', '/apis');
    expect(body.groups.map(({ name }: { name: string }) => name)).toContain('remote.example.com');
    expect((await cluster.call('GET', group)).body.resources[0].name).toBe('things');
  });

  it('gets requests in the name of the user, whatever the client says', async () => {
    const headers = { 'x-remote-user': 'somebody-else', 'x-remote-extra-scopes': 'all', 'x-custom': 'kept' };
    const { body } = await cluster.call('POST', `${group}/things?a=b`, { hello: 'there' }, { headers });
    expect(body).toMatchObject({
      method: 'POST',
      url: `${group}/things?a=b`,
      body: '{"hello":"there"}',
      peer: 'front-proxy-client',
    });
    expect(body.headers).toMatchObject({
      'x-remote-user': 'kubernetes-admin',
      'x-custom': 'kept',
      host: 'remote.default.svc',
    });
    expect(body.headers['x-remote-group']).toContain('system:masters');
    expect(body.headers).not.toHaveProperty('x-remote-extra-scopes');
  });

  it('streams', async () => {
    const { body } = await cluster.call('GET', `${group}/things?watch=true`);
    expect(body).toBe('{"type":"ADDED","object":{"n":1}}\n{"type":"ADDED","object":{"n":2}}\n');
  });

  it('is there for what this server serves itself', async () => {
    const { body } = await cluster.call('GET', `${apiServices}/v1.apps`);
    expect(body.status.conditions).toMatchObject([{ type: 'Available', status: 'True', reason: 'Local' }]);
  });
});
