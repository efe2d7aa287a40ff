import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestCluster, type TestCluster } from './fixtures/test-cluster.js';

let cluster: TestCluster;
let api: CoreV1Api;
let config: KubeConfig;
/** Lines between the client and the server, which a test can cut. */
const sockets = new Set<Socket>();
const namespace = 'default';

const relay = createServer((client) => {
  const server = connect((cluster.server.addresses[0] as AddressInfo).port, '127.0.0.1');
  for (const socket of [client, server]) {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      client.destroy();
      server.destroy();
    });
  }
  client.pipe(server).pipe(client);
});

beforeAll(async () => {
  cluster = await startTestCluster();
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  config = new KubeConfig();
  config.loadFromString(
    await cluster.server.kubeconfig({ server: `https://127.0.0.1:${(relay.address() as AddressInfo).port}` }),
  );
  api = config.makeApiClient(CoreV1Api);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => relay.close(resolve));
  await cluster.stop();
});

it('serves the typed client', async () => {
  const made = await api.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: 'typed' }, data: { a: '1' } },
  });
  expect(made.metadata?.uid).toBeDefined();
  const patched = await api.patchNamespacedConfigMap(
    { name: 'typed', namespace, body: { data: { b: '2' } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
  expect(patched.data).toEqual({ a: '1', b: '2' });
  const list = await api.listNamespacedConfigMap({ namespace, limit: 1 });
  expect(list.items).toHaveLength(1);
  expect(list.metadata?._continue).toBeDefined();
  await api.deleteNamespacedConfigMap({ name: 'typed', namespace });
  await expect(api.readNamespacedConfigMap({ name: 'typed', namespace })).rejects.toThrow('404');
});

it('keeps an informer right through a disconnect and a forgotten past', async () => {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const selector = 'informed=yes';
  const informer = makeInformer<V1ConfigMap>(
    config,
    path,
    () => api.listNamespacedConfigMap({ namespace, labelSelector: selector }),
    selector,
  );
  let failures = 0;
  informer.on('error', () => {
    failures += 1;
    void informer.start();
  });
  const make = (name: string) =>
    api.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { informed: 'yes' } } } });
  const known = () =>
    informer
      .list()
      .map(({ metadata }) => metadata?.name ?? '')
      .sort();
  try {
    await make('first');
    await informer.start();
    await eventually(
      async () => known(),
      (names) => names.length === 1,
    );
    await make('second');
    await eventually(
      async () => known(),
      (names) => names.length === 2,
    );

    for (const socket of sockets) socket.destroy();
    await cluster.call('DELETE', `${path}/first`);
    await cluster.call('POST', path, { metadata: { name: 'third', labels: { informed: 'yes' } } });
    cluster.server.compact();
    await eventually(
      async () => known(),
      (names) => names.join() === 'second,third',
      20_000,
    );
    expect(failures).toBeLessThan(5);
  } finally {
    await informer.stop();
  }
});
