import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHttpsService, type HttpsService } from '../fixtures/https-service.js';
import { namespacePath, podManifest, startTestCluster, type TestCluster } from '../fixtures/test-cluster.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const pods = `${namespacePath}/pods`;

// oxlint-disable-next-line typescript/no-explicit-any
type Review = any;
let cluster: TestCluster;
let service: HttpsService;
/** What the webhooks were asked, and what they answer, by path. */
let asked: { path: string; request: Review }[] = [];
let answers: Record<string, (request: Review) => object | 'nothing'> = {};

beforeAll(async () => {
  service = await startHttpsService(['hooks.default.svc', '127.0.0.1'], (request, response, body) => {
    const review = JSON.parse(body) as { apiVersion: string; request: Review };
    const path = request.url ?? '';
    asked.push({ path, request: review.request });
    const answer = answers[path]?.(review.request) ?? { allowed: true };
    if (answer === 'nothing') return;
    response.end(JSON.stringify({ ...review, response: { uid: review.request.uid, ...answer } }));
  });
  cluster = await startTestCluster({
    resolveService: async ({ namespace, name, port }) =>
      `${namespace}/${name}:${port}` === 'default/hooks:443' ? { host: '127.0.0.1', port: service.port } : undefined,
  });
});
afterEach(async () => {
  asked = [];
  answers = {};
  for (const kind of ['mutating', 'validating']) await cluster.call('DELETE', `${group}/${kind}webhookconfigurations`);
});
afterAll(async () => {
  await cluster.stop();
  await service.stop();
});

function register(kind: 'Mutating' | 'Validating', webhooks: Record<string, unknown>[]) {
  const full = webhooks.map((webhook, index) => ({
    name: `w${index}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { service: { namespace: 'default', name: 'hooks', path: `/w${index}` }, caBundle: service.caBundle },
    rules: [{ operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
    ...webhook,
  }));
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'test' },
    webhooks: full,
  };
  return cluster.call('POST', `${group}/${kind.toLowerCase()}webhookconfigurations`, body);
}

const jsonPatch = (...operations: object[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

describe('admission webhooks', () => {
  it('change objects, one after the other', async () => {
    expect((await register('Mutating', [{}, {}])).code).toBe(201);
    answers['/w0'] = () => jsonPatch({ op: 'add', path: '/metadata/labels/first', value: 'yes' });
    answers['/w1'] = ({ object }) =>
      jsonPatch({ op: 'add', path: '/metadata/labels/second', value: object.metadata.labels.first });
    const { body } = await cluster.call('POST', pods, podManifest('changed', { labels: { own: 'yes' } }));
    expect(body.metadata.labels).toEqual({ own: 'yes', first: 'yes', second: 'yes' });
    expect(asked[0]?.request).toMatchObject({
      operation: 'CREATE',
      name: 'changed',
      namespace: 'default',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      userInfo: { username: 'kubernetes-admin' },
      oldObject: null,
      dryRun: false,
    });
  });

  it('refuse changes, and warn', async () => {
    await register('Validating', [{}]);
    answers['/w0'] = ({ object, oldObject }) =>
      oldObject && object.metadata.labels?.a !== oldObject.metadata.labels?.a
        ? { allowed: false, status: { message: 'labels stay', code: 422 } }
        : { allowed: true, warnings: ['be careful'] };
    const made = await cluster.call('POST', pods, podManifest('guarded'));
    expect(made.headers['warning']).toBe('299 - "be careful"');
    const { body } = await cluster.call(
      'PATCH',
      `${pods}/guarded`,
      { metadata: { labels: { a: 'b' } } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(body).toMatchObject({
      code: 422,
      message: 'admission webhook "w0.example.com" denied the request: labels stay',
    });
    expect((await cluster.call('GET', `${pods}/guarded`)).body.metadata.labels).toBeUndefined();
  });

  it('hear of deletions, if they want to', async () => {
    await register('Validating', [
      { rules: [{ operations: ['DELETE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }] },
    ]);
    answers['/w0'] = () => ({ allowed: false });
    await cluster.call('POST', pods, podManifest('stays'));
    expect(asked).toEqual([]);
    const { body } = await cluster.call('DELETE', `${pods}/stays`);
    expect(body).toMatchObject({
      code: 403,
      message: 'admission webhook "w0.example.com" denied the request without explanation',
    });
    expect(asked[0]?.request).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { metadata: { name: 'stays' } },
    });
  });

  it('are asked about what they chose', async () => {
    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'chosen', labels: { hooks: 'on' } } });
    await register('Validating', [
      { namespaceSelector: { matchLabels: { hooks: 'on' } } },
      { objectSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
      { rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/status'] }] },
      { rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['*'], scope: 'Cluster' }] },
    ]);
    await cluster.call('POST', pods, podManifest('plain'));
    expect(asked).toEqual([]);
    await cluster.call('POST', '/api/v1/namespaces/chosen/pods', podManifest('in-namespace'));
    await cluster.call('POST', pods, podManifest('with-label', { labels: { app: 'x' } }));
    await cluster.call(
      'PATCH',
      `${pods}/plain/status`,
      { status: { phase: 'Running' } },
      { contentType: 'application/merge-patch+json' },
    );
    await cluster.call('POST', '/api/v1/nodes', { metadata: { name: 'n' } });
    expect(asked.map(({ path, request }) => `${path} ${request.name}`)).toEqual([
      '/w0 in-namespace',
      '/w1 with-label',
      '/w2 plain',
      '/w3 n',
    ]);
  });

  it('that do not answer count as they say', async () => {
    answers['/w0'] = () => 'nothing';
    await register('Validating', [{ timeoutSeconds: 1 }]);
    const failed = await cluster.call('POST', pods, podManifest('late'));
    expect(failed.body).toMatchObject({ code: 500, message: expect.stringContaining('context deadline exceeded') });
    await cluster.call('DELETE', `${group}/validatingwebhookconfigurations`);
    await register('Validating', [{ timeoutSeconds: 1, failurePolicy: 'Ignore' }]);
    expect((await cluster.call('POST', pods, podManifest('late'))).code).toBe(201);
  });

  it('are not believed without the right certificate, nor found without endpoints', async () => {
    const clientConfig = { service: { namespace: 'default', name: 'hooks', path: '/w0' } };
    await register('Validating', [{ clientConfig }]);
    expect((await cluster.call('POST', pods, podManifest('no-ca'))).body.message).toMatch(
      /failed calling webhook .*certificate/,
    );
    await cluster.call('DELETE', `${group}/validatingwebhookconfigurations`);
    await register('Validating', [{ clientConfig: { service: { namespace: 'default', name: 'nobody' } } }]);
    expect((await cluster.call('POST', pods, podManifest('no-endpoints'))).body.message).toContain(
      'no endpoints available for service "default/nobody"',
    );
  });

  it('can have a URL', async () => {
    await register('Validating', [
      { clientConfig: { url: `https://127.0.0.1:${service.port}/url`, caBundle: service.caBundle } },
    ]);
    expect((await cluster.call('POST', pods, podManifest('by-url'))).code).toBe(201);
    expect(asked.map(({ path }) => path)).toEqual(['/url']);
  });
});
