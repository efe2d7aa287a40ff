import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryLogger, type Logger } from '@antrea-ts/runtime';
import { createKubeClient, createReflector, isKubeError, loadConnection, patchWithRetry, resources } from './index.js';
import { fixedCredentials, type KubeConnection } from './config/connection.js';
import { FakeApiServer } from './testing/fake-api-server.js';

// README begin
async function followPods(connection: KubeConnection, log: Logger, signal: AbortSignal): Promise<string[]> {
  const client = createKubeClient(connection);
  const pods = createReflector({
    client,
    resource: resources.pods,
    fieldSelector: 'spec.nodeName=node1',
    // Keep what is needed, not the whole Pod.
    project: ({ metadata, status }) => ({ name: metadata.name, ip: status?.podIP }),
    indexes: { byIp: ({ ip }) => (ip === undefined ? [] : [ip]) },
    onChange: ({ kind, key }) => log.debug('Pod changed', { kind, pod: key }),
    log,
  });
  await pods.start({ signal });
  await pods.whenSynced({ signal });
  const found = pods.store.byIndex('byIp', '10.10.0.2').map(({ name }) => name);

  const ref = { name: 'web', namespace: 'default' };
  try {
    await patchWithRetry(client, resources.pods, ref, () => ({ metadata: { labels: { seen: 'true' } } }), { signal });
  } catch (error) {
    if (!isKubeError(error, 'not-found')) throw error;
    log.info('Pod is gone', { pod: ref });
  }
  await pods.stop();
  await client.close();
  return found;
}
// README end

it('the example of the README works and is the one above', async () => {
  const source = readFileSync(new URL(import.meta.url), 'utf8');
  const example = /^\/\/ README begin\n(.*)^\/\/ README end$/ms.exec(source)?.[1] ?? 'no example';
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(example);

  const server = new FakeApiServer();
  await server.start();
  server.put('web', 'x', { status: { podIP: '10.10.0.2' } });
  const connection = { server: server.url, tls: {}, credentials: fixedCredentials({}), namespace: 'default' };
  const log = memoryLogger();
  expect(await followPods(connection, log, new AbortController().signal)).toEqual(['web']);
  expect(log.messages('info')).toEqual(['Synced', 'Pod is gone']);
  await server.stop();
});

it('says what to do outside of a cluster', async () => {
  await expect(loadConnection({ env: {} })).rejects.toThrow('name a kubeconfig file');
});
