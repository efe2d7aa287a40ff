import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './index.js';

// README begin
async function startCluster(dir: string): Promise<ApiServer> {
  const server = await startApiServer({
    listeners: [{ host: '127.0.0.1', port: 0 }, { path: join(dir, 'api.sock') }],
    hosts: ['192.0.2.1'],
    podLogs: async (pod, { container }) => `what ${container} of ${pod.metadata.name} has to say\n`,
    resolveService: async ({ namespace, name }) =>
      namespace === 'kube-system' && name === 'antrea' ? { host: '127.0.0.1', port: 10349 } : undefined,
    snapshotFile: join(dir, 'cluster.json'),
  });
  const { port } = server.addresses[0] as AddressInfo;
  await writeFile(join(dir, 'kubeconfig'), await server.kubeconfig({ server: `https://127.0.0.1:${port}` }));
  return server;
}
// README end

it('the example of the README works and is the one above', async () => {
  const source = readFileSync(new URL(import.meta.url), 'utf8');
  const example = /^\/\/ README begin\n(.*)^\/\/ README end$/ms.exec(source)?.[1] ?? 'no example';
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(example);

  const dir = await mkdtemp(join(tmpdir(), 'kube-api-readme-'));
  const server = await startCluster(dir);
  try {
    expect(await readFile(join(dir, 'kubeconfig'), 'utf8')).toContain('current-context: lab');
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
