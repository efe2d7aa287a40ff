import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestCluster, type TestCluster } from './fixtures/test-cluster.js';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

async function kubectl(args: string): Promise<string> {
  const ran = await cluster.kubectl(args.split(' '));
  expect(ran, `kubectl ${args}`).toMatchObject({ code: 0 });
  return ran.stdout;
}

/** Plays the kubelet of every Pod there is. */
async function runPods(): Promise<void> {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  for (const name of (await kubectl('get pods -o jsonpath={.items[*].metadata.name}')).split(' ')) {
    await cluster.call('PATCH', `/api/v1/namespaces/default/pods/${name}/status`, { status }, mergePatch);
  }
}
const mergePatch = { contentType: 'application/merge-patch+json' };

describe('what kubectl creates by itself, as protocol buffers', () => {
  it.each([
    ['namespace n', 'namespace n', '{.status.phase}', 'Active'],
    ['configmap c --from-literal=a=b', 'configmap c', '{.data.a}', 'b'],
    ['secret generic s --from-literal=p=q', 'secret s', '{.type}{.data.p}', 'OpaquecQ=='],
    ['serviceaccount sa', 'serviceaccount sa', '{.metadata.name}', 'sa'],
    ['service clusterip cip --tcp=80:8080', 'service cip', '{.spec.ports[0].targetPort}', '8080'],
    ['service nodeport np --tcp=53', 'service np', '{.spec.type}', 'NodePort'],
    ['service externalname en --external-name=example.com', 'service en', '{.spec.externalName}', 'example.com'],
    ['role r --verb=get,list --resource=pods', 'role r', '{.rules[0].verbs}', '["get","list"]'],
    ['clusterrole cr --verb=get --non-resource-url=/x', 'clusterrole cr', '{.rules[0].nonResourceURLs[0]}', '/x'],
    ['rolebinding rb --role=r --user=jane', 'rolebinding rb', '{.subjects[0].name}', 'jane'],
    ['clusterrolebinding crb --clusterrole=cr --group=g', 'clusterrolebinding crb', '{.roleRef.name}', 'cr'],
    [
      'deployment zero --image=a:1 --replicas=0',
      'deployment zero',
      '{.spec.replicas}{.spec.strategy.type}',
      '0RollingUpdate',
    ],
  ])('kubectl create %s', async (what, which, path, value) => {
    await kubectl(`create ${what}`);
    expect(await kubectl(`get ${which} -o jsonpath=${path}`)).toBe(value);
  });

  it('asks who may do what, and for tokens', async () => {
    expect(await kubectl('auth can-i delete pods')).toBe('yes\n');
    expect(await kubectl('auth can-i --list')).toContain('*.*');
    const me = await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(me.body.status.userInfo).toMatchObject({
      username: 'kubernetes-admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    const { body } = await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts/sa/token', {});
    expect((await cluster.call('GET', '/api/v1/pods', undefined, { token: body.status.token })).code).toBe(200);
  });
});

describe('workloads', () => {
  it('rolls out, scales and goes back', async () => {
    await kubectl('create deployment web --image=web:1 --replicas=2');
    await eventually(
      () => kubectl('get pods -l app=web -o name'),
      (names) => names.split('\n').length === 3,
    );
    await runPods();
    expect(await kubectl('rollout status deployment/web --timeout=10s')).toContain('successfully rolled out');
    await kubectl('set image deployment/web web=web:2');
    await eventually(
      () => kubectl('get pods -l app=web -o name'),
      (names) => names.split('\n').length === 5,
    );
    await runPods();
    expect(await kubectl('rollout status deployment/web --timeout=10s')).toContain('successfully rolled out');
    await kubectl('rollout undo deployment/web');
    expect(await kubectl('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('web:1');
    await kubectl('scale deployment web --replicas=0');
    await eventually(
      () => kubectl('get pods -l app=web -o name'),
      (names) => names === '',
    );
    await kubectl('delete deployment web --cascade=foreground --timeout=10s');
    expect(await kubectl('get rs -l app=web -o name')).toBe('');
  });
});

describe('dry runs', () => {
  it('change nothing', async () => {
    await kubectl('create configmap dry --from-literal=a=b');
    const { metadata } = (await cluster.call('GET', '/api/v1/namespaces/default/configmaps/dry')).body;
    for (const verb of ['delete configmap dry', 'label configmap dry x=y', 'annotate configmap dry x=y']) {
      await kubectl(`${verb} --dry-run=server`);
    }
    await kubectl('create configmap never --dry-run=server');
    const after = await cluster.call('GET', '/api/v1/namespaces/default/configmaps/dry');
    expect(after.body.metadata.resourceVersion).toBe(metadata.resourceVersion);
    expect(await kubectl('get configmaps -o name')).not.toContain('never');
  });
});
