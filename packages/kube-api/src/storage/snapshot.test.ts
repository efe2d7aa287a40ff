import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestCluster, widgetDefinition, widgetsPath } from '../fixtures/test-cluster.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kube-api-snapshot-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('keeps a cluster over a restart', async () => {
  const snapshotFile = join(dir, 'snapshot.json');
  const first = await startTestCluster({ snapshotFile });
  await first.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgetDefinition);
  const { body: before } = await first.call('POST', widgetsPath, { metadata: { name: 'kept' }, spec: { size: 4 } });
  const { body: service } = await first.call('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 's' },
    spec: { ports: [{ port: 1 }] },
  });
  await first.stop();

  const second = await startTestCluster({ snapshotFile });
  const { body: after } = await second.call('GET', `${widgetsPath}/kept`);
  expect(after).toEqual(before);
  const { body: made } = await second.call('POST', widgetsPath, { metadata: { name: 'new' }, spec: { size: 1 } });
  expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
  // Addresses that are taken are known to be.
  const other = await second.call('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 't' },
    spec: { ports: [{ port: 1 }] },
  });
  expect(other.body.spec.clusterIP).not.toBe(service.spec.clusterIP);
  // Who trusted the authority of before has to trust the new one.
  const { body: root } = await second.call('GET', '/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
  expect(root.data['ca.crt']).toBe(second.server.caPem);
  const old = await second.call('GET', `${widgetsPath}?watch=true&resourceVersion=1`);
  expect(old.body).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  await second.stop();
  expect(JSON.parse(await readFile(snapshotFile, 'utf8'))).toHaveProperty('version');
});

it('says what is wrong with a file that is no snapshot', async () => {
  const snapshotFile = join(dir, 'wrong.json');
  await writeFile(snapshotFile, '{}');
  await expect(startTestCluster({ snapshotFile })).rejects.toThrow('is no snapshot of this server');
});
