import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../object.js';
import { eventually, startTestCluster, type TestCluster } from '../../fixtures/test-cluster.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const apps = '/apis/apps/v1/namespaces/default';
const pods = '/api/v1/namespaces/default/pods';
const merge = { contentType: 'application/merge-patch+json' };

interface Named {
  readonly metadata: { readonly name: string; readonly ownerReferences?: readonly { readonly name: string }[] };
  readonly spec: { readonly replicas?: number; readonly nodeName?: string; readonly containers: { image: string }[] };
  readonly status: { readonly phase?: string };
}

function workload(kind: string, name: string, more: JsonObject = {}, podSpec: JsonObject = {}): JsonObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { ...podSpec, containers: [{ name: 'main', image: 'one' }] } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template, ...more },
  };
}

const byText = (a = '', b = ''): number => a.localeCompare(b);
const itemsOf = async (path: string): Promise<Named[]> => (await cluster.call('GET', path)).body.items as Named[];
const podsOf = (app: string): Promise<Named[]> => itemsOf(`${pods}?labelSelector=app%3D${app}`);

async function makeReady(app: string): Promise<void> {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  for (const { metadata } of await podsOf(app)) {
    await cluster.call('PATCH', `${pods}/${metadata.name}/status`, { status }, merge);
  }
}

describe('workloads', () => {
  it('a ReplicaSet has as many Pods as it says, and takes them along', async () => {
    await cluster.call('POST', `${apps}/replicasets`, workload('ReplicaSet', 'set', { replicas: 3 }));
    const three = await eventually(
      () => podsOf('set'),
      (list) => list.length === 3,
    );
    expect(three.map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual(['set', 'set', 'set']);

    await cluster.call('DELETE', `${pods}/${three[0]?.metadata.name}`);
    const again = await eventually(
      () => podsOf('set'),
      (list) => list.length === 3,
    );
    expect(again.map(({ metadata }) => metadata.name)).not.toContain(three[0]?.metadata.name);

    const ready = String(again[1]?.metadata.name);
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    await cluster.call('PATCH', `${pods}/${ready}/status`, { status }, merge);
    await cluster.call('PATCH', `${apps}/replicasets/set/scale`, { spec: { replicas: 1 } }, merge);
    const [left] = await eventually(
      () => podsOf('set'),
      (list) => list.length === 1,
    );
    expect(left?.metadata.name).toBe(ready);
    await eventually(
      async () => (await cluster.call('GET', `${apps}/replicasets/set`)).body.status,
      (now) => now.replicas === 1 && now.readyReplicas === 1,
    );

    const scale = (await cluster.call('GET', `${apps}/replicasets/set/scale`)).body;
    await cluster.call('PATCH', `${apps}/replicasets/set`, { metadata: { labels: { changed: 'yes' } } }, merge);
    const stale = await cluster.call('PUT', `${apps}/replicasets/set/scale`, { ...scale, spec: { replicas: 5 } });
    expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict' });

    await cluster.call('DELETE', `${apps}/replicasets/set`);
    await eventually(
      () => podsOf('set'),
      (list) => list.length === 0,
    );
  });

  it('a Deployment goes to a new template when the new Pods are ready, and back', async () => {
    await cluster.call('POST', `${apps}/deployments`, workload('Deployment', 'web', { replicas: 2 }));
    await eventually(
      () => podsOf('web'),
      (list) => list.length === 2,
    );
    await makeReady('web');
    const status = async (): Promise<Record<string, unknown>> =>
      (await cluster.call('GET', `${apps}/deployments/web`)).body.status;
    await eventually(status, (now) => now['availableReplicas'] === 2);

    const image = (name: string): JsonObject => ({
      spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } },
    });
    await cluster.call('PATCH', `${apps}/deployments/web`, image('two'), merge);
    const both = await eventually(
      () => podsOf('web'),
      (list) => list.length === 4,
    );
    expect(both.map(({ spec }) => spec.containers[0]?.image).toSorted(byText)).toEqual(['one', 'one', 'two', 'two']);
    await makeReady('web');
    const two = await eventually(
      () => podsOf('web'),
      (list) => list.length === 2,
    );
    expect(two.map(({ spec }) => spec.containers[0]?.image)).toEqual(['two', 'two']);
    await eventually(status, (now) => now['updatedReplicas'] === 2 && now['replicas'] === 2);

    await cluster.call('PATCH', `${apps}/deployments/web`, image('one'), merge);
    await eventually(
      () => podsOf('web'),
      (list) => list.length === 4,
    );
    const sets = await itemsOf(`${apps}/replicasets`);
    expect(sets).toHaveLength(2);

    await cluster.call('DELETE', `${apps}/deployments/web`);
    await eventually(
      () => podsOf('web'),
      (list) => list.length === 0,
    );
    await eventually(
      () => itemsOf(`${apps}/replicasets`),
      (list) => list.length === 0,
    );
  });

  it('a DaemonSet has a Pod on every Node that it wants', async () => {
    const addNode = async (name: string, labels: JsonObject = {}): Promise<void> => {
      await cluster.call('POST', '/api/v1/nodes', { metadata: { name, labels } });
    };
    await addNode('a', { os: 'linux' });
    await addNode('w');
    const set = workload('DaemonSet', 'agent', {}, { nodeSelector: { os: 'linux' } });
    await cluster.call('POST', `${apps}/daemonsets`, set);
    await addNode('b', { os: 'linux' });
    const nodesOf = (list: readonly Named[]): (string | undefined)[] =>
      list.map(({ spec }) => spec.nodeName).toSorted(byText);
    const found = await eventually(
      () => podsOf('agent'),
      (list) => list.length === 2,
    );
    expect(nodesOf(found)).toEqual(['a', 'b']);
    await cluster.call('PATCH', '/api/v1/nodes/w', { metadata: { labels: { os: 'linux' } } }, merge);
    expect(
      nodesOf(
        await eventually(
          () => podsOf('agent'),
          (list) => list.length === 3,
        ),
      ),
    ).toEqual(['a', 'b', 'w']);
    const { body } = await cluster.call('GET', `${apps}/daemonsets/agent`);
    expect(body.status).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 3 });
  });

  it('tries again what was refused', async () => {
    const inNamespace = (path: string): string => path.replace('/default', '/later');
    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'later' } });
    const hook = {
      metadata: { name: 'no-pods' },
      webhooks: [
        {
          name: 'no.pods.example.com',
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
        },
      ],
    };
    const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    expect((await cluster.call('POST', hooks, hook)).code).toBe(201);
    await cluster.call('POST', inNamespace(`${apps}/replicasets`), workload('ReplicaSet', 'patient', { replicas: 1 }));
    expect(await itemsOf(inNamespace(pods))).toEqual([]);
    await cluster.call('DELETE', `${hooks}/no-pods`);
    await eventually(
      () => itemsOf(inNamespace(pods)),
      (list) => list.length === 1,
    );
  });
});
