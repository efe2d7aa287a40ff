import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespacePath, podManifest, startTestCluster, type TestCluster } from '../fixtures/test-cluster.js';
import type { Json } from '../object.js';

let cluster: TestCluster;
const pods = `${namespacePath}/pods`;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const pod = (
  name: string,
  labels: Record<string, string>,
  containers: Json[] = [{ name: 'main', image: 'none' }],
): Json => ({
  ...podManifest(name),
  metadata: { name, labels },
  spec: { containers },
});
const apply = (manager: string, body: Json, { force = false, status = false } = {}) => {
  const { name } = (body as { metadata: { name: string } }).metadata;
  const query = `fieldManager=${manager}${force ? '&force=true' : ''}`;
  return cluster.call('PATCH', `${pods}/${name}${status ? '/status' : ''}?${query}`, body, {
    contentType: 'application/apply-patch+yaml',
  });
};

describe('server-side apply', () => {
  it('creates, and notes what belongs to whom', async () => {
    const { code, body } = await apply(
      'one',
      pod('a', { app: 'web' }, [{ name: 'main', image: 'none', ports: [{ containerPort: 80 }] }]),
    );
    expect(code).toBe(201);
    expect(body.metadata.managedFields).toMatchObject([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"main"}': {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    ]);
  });

  it('changes nothing when nothing is new', async () => {
    const first = await apply('one', pod('idle', { app: 'web' }));
    const again = await apply('one', pod('idle', { app: 'web' }));
    expect(again.code).toBe(200);
    expect(again.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  it('removes what a manager does not say any more, unless another has it', async () => {
    await apply('one', pod('b', { mine: '1', ours: '1' }));
    await apply('two', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b', labels: { ours: '1', yours: '1' } } });
    const { body } = await apply('one', pod('b', {}));
    expect(body.metadata.labels).toEqual({ ours: '1', yours: '1' });
  });

  it('finds conflicts, which force decides', async () => {
    await apply('one', pod('c', { app: 'web' }));
    const other = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c', labels: { app: 'db' } } };
    const refused = await apply('two', other);
    expect(refused.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one" using v1: .metadata.labels.app',
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.metadata.labels.app' }] },
    });
    expect((await apply('two', other, { force: true })).body.metadata.labels).toEqual({ app: 'db' });
    // It was taken away, so that leaving it out does not remove it.
    expect((await apply('one', pod('c', {}))).body.metadata.labels).toEqual({ app: 'db' });
  });

  it('counts an update as its author taking what was changed', async () => {
    await apply('one', pod('d', { app: 'web', tier: 'x' }));
    const contentType = 'application/merge-patch+json';
    await cluster.call(
      'PATCH',
      `${pods}/d?fieldManager=hand`,
      { metadata: { labels: { app: 'db' } } },
      { contentType },
    );
    const { body } = await cluster.call('GET', `${pods}/d`);
    const entries = body.metadata.managedFields as { manager: string; operation: string; fieldsV1: object }[];
    expect(entries.find(({ manager }) => manager === 'hand')).toMatchObject({
      operation: 'Update',
      fieldsV1: { 'f:metadata': { 'f:labels': { 'f:app': {} } } },
    });
    expect((await apply('one', pod('d', { app: 'web', tier: 'x' }))).code).toBe(409);
  });

  it('removes list items by their keys', async () => {
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const deployment = (names: string[]): Json => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'list' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: names.map((name) => ({ name, image: 'i' })) },
        },
      },
    });
    const contentType = 'application/apply-patch+yaml';
    await cluster.call('PATCH', `${deployments}/list?fieldManager=one`, deployment(['x', 'y', 'z']), { contentType });
    const { body } = await cluster.call('PATCH', `${deployments}/list?fieldManager=one`, deployment(['z', 'x']), {
      contentType,
    });
    expect(body.spec.template.spec.containers.map(({ name }: { name: string }) => name)).toEqual(['x', 'z']);
  });

  it('owns a status apart from the rest', async () => {
    await apply('one', pod('e', {}));
    const status = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'e' },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const { body } = await apply('kubelet', status, { status: true });
    expect(body.status.conditions).toEqual([{ type: 'Ready', status: 'True' }]);
    const entries = body.metadata.managedFields as { manager: string; subresource?: string }[];
    expect(entries.find(({ manager }) => manager === 'kubelet')?.subresource).toBe('status');
  });

  it('reads YAML, and refuses what is no configuration', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata: {a: "1"}\n';
    const contentType = 'application/apply-patch+yaml';
    const path = `${namespacePath}/configmaps/y`;
    expect((await cluster.call('PATCH', `${path}?fieldManager=one`, yaml, { contentType })).body.data).toEqual({
      a: '1',
    });
    expect((await cluster.call('PATCH', path, yaml, { contentType })).body.message).toContain('fieldManager');
    expect((await cluster.call('PATCH', `${path}?fieldManager=one`, 'kind: Pod', { contentType })).code).toBe(400);
  });
});
