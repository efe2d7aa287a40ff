import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespacePath, podManifest, startTestCluster, type TestCluster } from '../fixtures/test-cluster.js';

let cluster: TestCluster;
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const pods = `${namespacePath}/pods`;
const jane = { token: 'jane-token' };

beforeAll(async () => {
  cluster = await startTestCluster({
    authorization: 'RBAC',
    tokens: new Map([['jane-token', { name: 'jane', groups: ['dev'] }]]),
  });
});
afterAll(() => cluster.stop());

describe('RBAC', () => {
  it('denies what nobody allowed', async () => {
    const { body } = await cluster.call('GET', pods, undefined, jane);
    expect(body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    });
    expect((await cluster.call('GET', '/apis', undefined, jane)).code).toBe(200);
    expect((await cluster.call('GET', '/metrics', undefined, jane)).code).toBe(403);
  });

  it('allows what roles say, where they say it', async () => {
    await cluster.call('POST', `${rbac}/namespaces/default/roles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['pods', 'pods/status'], verbs: ['get', 'list', 'patch'] }],
    });
    await cluster.call('POST', `${rbac}/namespaces/default/rolebindings`, {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'dev' }],
    });
    expect((await cluster.call('GET', pods, undefined, jane)).code).toBe(200);
    expect((await cluster.call('GET', '/api/v1/pods', undefined, jane)).code).toBe(403);
    expect((await cluster.call('GET', `${pods}?watch=true`, undefined, jane)).code).toBe(403);
    expect((await cluster.call('POST', pods, podManifest('x'), jane)).code).toBe(403);
    expect(
      (await cluster.call('PATCH', `${pods}/none/status`, {}, { ...jane, contentType: 'application/merge-patch+json' }))
        .code,
    ).toBe(404);
  });

  it('lists and watches one object by name for those who may', async () => {
    await cluster.call('POST', `${rbac}/clusterroles`, {
      metadata: { name: 'one-map' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['ours'], verbs: ['list', 'watch'] }],
    });
    await cluster.call('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name: 'one-map' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'one-map' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    const code = async (query: string): Promise<number> =>
      (await cluster.call('GET', `${namespacePath}/configmaps${query}`, undefined, jane)).code;
    expect(await code('?fieldSelector=metadata.name%3Dours')).toBe(200);
    expect(await code('?fieldSelector=metadata.name%3Dtheirs')).toBe(403);
    expect(await code('')).toBe(403);
  });

  it('gathers aggregated roles', async () => {
    await cluster.call('POST', `${rbac}/clusterroles`, {
      metadata: { name: 'more-view', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: [''], resources: ['nodes'], resourceNames: ['n1'], verbs: ['get'] }],
    });
    await cluster.call('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name: 'jane-view' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    expect((await cluster.call('GET', '/api/v1/services', undefined, jane)).code).toBe(200);
    expect((await cluster.call('GET', '/api/v1/nodes/n1', undefined, jane)).code).toBe(404);
    expect((await cluster.call('GET', '/api/v1/nodes/n2', undefined, jane)).code).toBe(403);
    expect((await cluster.call('GET', '/api/v1/secrets', undefined, jane)).code).toBe(403);
  });

  it('answers reviews', async () => {
    const review = (spec: object) =>
      ({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }) as never;
    const path = '/apis/authorization.k8s.io/v1';
    const resourceAttributes = { verb: 'create', resource: 'pods', namespace: 'default' };
    const admin = await cluster.call('POST', `${path}/selfsubjectaccessreviews`, review({ resourceAttributes }));
    expect(admin.body.status.allowed).toBe(true);
    const other = await cluster.call(
      'POST',
      `${path}/subjectaccessreviews`,
      review({ user: 'jane', groups: ['dev'], resourceAttributes }),
    );
    expect(other.body.status.allowed).toBe(false);
    const path2 = await cluster.call(
      'POST',
      `${path}/subjectaccessreviews`,
      review({ user: 'root', groups: ['system:masters'], nonResourceAttributes: { verb: 'get', path: '/x' } }),
    );
    expect(path2.body.status.allowed).toBe(true);
  });

  it('lets some speak for others', async () => {
    const as = { headers: { 'impersonate-user': 'jane', 'impersonate-group': 'nobody' } };
    expect((await cluster.call('POST', pods, podManifest('x'), as)).body.message).toContain(
      'User "jane" cannot create',
    );
    const refused = await cluster.call('GET', pods, undefined, { ...jane, headers: { 'impersonate-user': 'root' } });
    expect(refused.body.message).toContain('cannot impersonate resource "users"');
  });
});

describe('service accounts', () => {
  const accounts = `${namespacePath}/serviceaccounts`;
  const request = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }) as never;
  const review = async (token: string, audiences?: string[]) =>
    (
      await cluster.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
        spec: { token, ...(audiences ? { audiences } : {}) },
      })
    ).body.status;

  it('have tokens that end with them', async () => {
    await cluster.call('POST', accounts, { metadata: { name: 'robot' } });
    const { code, body } = await cluster.call('POST', `${accounts}/robot/token`, request({}));
    expect(code).toBe(201);
    const { token } = body.status;
    expect(await review(token)).toMatchObject({
      authenticated: true,
      user: {
        username: 'system:serviceaccount:default:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    });
    const whoami = await cluster.call('GET', pods, undefined, { token });
    expect(whoami.body.message).toContain('User "system:serviceaccount:default:robot" cannot list');
    await cluster.call('DELETE', `${accounts}/robot`);
    expect(await review(token)).toMatchObject({ authenticated: false });
    expect((await cluster.call('GET', pods, undefined, { token })).code).toBe(401);
  });

  it('have tokens for somebody, bound to something', async () => {
    const { body: pod } = await cluster.call('POST', pods, podManifest('holder'));
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'holder', uid: pod.metadata.uid };
    const { body } = await cluster.call(
      'POST',
      `${accounts}/default/token`,
      request({ audiences: ['antrea'], boundObjectRef }),
    );
    const { token } = body.status;
    expect(await review(token)).toMatchObject({ authenticated: false });
    expect(await review(token, ['antrea', 'x'])).toMatchObject({ authenticated: true, audiences: ['antrea'] });
    await cluster.call('DELETE', `${pods}/holder`);
    expect(await review(token, ['antrea'])).toMatchObject({ authenticated: false });
  });

  it('do not believe a token that was changed', async () => {
    const { body } = await cluster.call('POST', `${accounts}/default/token`, request({}));
    const [head, payload = '', signature] = (body.status.token as string).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url');
    expect(await review(`${head}.${forged}.${signature}`)).toMatchObject({ authenticated: false });
    expect(await review('a.b.c')).toMatchObject({ authenticated: false });
    expect((await cluster.call('POST', `${accounts}/default/token`, request({ expirationSeconds: 5 }))).code).toBe(422);
  });

  it('get Secrets filled in', async () => {
    const { body } = await cluster.call('POST', `${namespacePath}/secrets`, {
      metadata: { name: 'old-style', annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
    });
    expect(body.type).toBe('kubernetes.io/service-account-token');
    const secret = await cluster.call('GET', `${namespacePath}/secrets/old-style`);
    const token = Buffer.from(secret.body.data.token as string, 'base64').toString();
    expect(await review(token)).toMatchObject({ authenticated: true });
  });
});
