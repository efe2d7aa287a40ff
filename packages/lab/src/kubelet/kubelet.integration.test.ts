import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Container, Pod } from 'kubernetes-types/core/v1.js';
import { silentLogger } from '@antrea-ts/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { labPaths } from '../paths.js';
import { findLabProcesses, findMarked, labMark, podMark } from '../process/marks.js';
import { killAll } from '../process/kill.js';
import { holdNamespace, type Namespace } from '../process/namespace.js';
import { waitFor } from '../process/wait-for.js';
import { createMemoryCluster, type MemoryCluster } from '../testing/memory-cluster.js';
import { linuxRuntime } from './container-runtime.js';
import { runKubelets } from './kubelet.js';

const plugin = fileURLToPath(new URL('../testing/stand-in-cni.sh', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'lab-kubelet-'));
const paths = labPaths(root, 'kubelet');
const calls = (): string[] => {
  const file = join(root, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};
const patience = { timeoutMs: 10_000 };

let node: Namespace;
let cluster: MemoryCluster;
let ending: AbortController;
let number = 0;
let name = '';
let key = '';

beforeAll(async () => {
  process.env[labMark] = paths.dir;
  process.env['LAB_TEST_DIR'] = root;
  node = await holdNamespace({ name: 'node-1', labDir: paths.dir, router: true });
});

afterAll(async () => {
  delete process.env[labMark];
  expect(await killAll(() => findLabProcesses(paths.dir), { timeoutMs: 5_000 })).toEqual([]);
  rmSync(root, { recursive: true, force: true });
});

beforeEach(async () => {
  writeFileSync(join(root, 'address'), '10.10.1.7');
  writeFileSync(join(root, 'error'), '');
  rmSync(join(root, 'calls'), { force: true });
  name = `pod-${++number}`;
  key = `default/${name}`;
  cluster = createMemoryCluster();
  ending = new AbortController();
  const modules = {
    node,
    hostIps: ['192.168.77.11'],
    paths,
    nameservers: { cluster: ['203.0.113.53'], node: ['203.0.113.53'] },
    log: silentLogger,
  };
  const nodes = new Map([
    ['node-1', { ...modules, runtime: linuxRuntime(modules.node, { file: plugin, path: '/usr/lib/cni' }) }],
  ]);
  await runKubelets(nodes, { cluster, signal: ending.signal });
  return () => ending.abort();
});

function run(container: Partial<Container>, spec: Partial<Pod['spec']> = {}): void {
  const pod: Pod = {
    metadata: { name, namespace: 'default', uid: `uid-${name}-${process.pid}` },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', ...container }], ...spec },
  };
  cluster.put('pods', pod);
}

function status(): NonNullable<Pod['status']> {
  return cluster.pod(key)?.status ?? {};
}

const isReady = (): boolean =>
  status().conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
const ready = (): Promise<boolean> => waitFor(`${key} to be Ready`, isReady, patience);
const logText = (): string => readFileSync(join(paths.pods, `default_${name}`, 'main.log'), 'utf8');

async function remove(): Promise<void> {
  cluster.deletePod(key);
  await waitFor(`${key} to be gone`, () => cluster.pod(key) === undefined, patience);
}

describe('a Pod', () => {
  it('gets a namespace, an address, a process; and leaves nothing', async () => {
    run({
      command: ['sh', '-c', 'echo $0 $(hostname) $WHO; cat /etc/resolv.conf; exec sleep 1000', 'hello'],
      env: [{ name: 'WHO', value: 'me' }],
    });
    await ready();
    expect(status()).toMatchObject({
      phase: 'Running',
      podIP: '10.10.1.7',
      podIPs: [{ ip: '10.10.1.7' }],
      hostIP: '192.168.77.11',
    });
    await waitFor('output', () => logText().includes('nameserver'), patience);
    expect(logText()).toContain(`hello ${name} me\nnameserver 203.0.113.53\n`);
    const uid = cluster.pod(key)!.metadata!.uid!;
    expect(findMarked(podMark, uid).length).toBeGreaterThan(1);
    await remove();
    expect(findMarked(podMark, uid)).toEqual([]);
    expect(existsSync(join(paths.pods, `default_${name}`))).toBe(false);
    expect(calls().map((call) => call.split(' ')[0])).toEqual(['ADD', 'DEL']);
    expect(calls()[0]).toContain(`K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};`);
  });

  it('tries again when the plugin says so, in the same sandbox', async () => {
    writeFileSync(
      join(root, 'error'),
      '{"code":11,"msg":"agent is not there"}\n{"code":11,"msg":"agent is not there"}\n',
    );
    run({});
    await ready();
    expect(calls().map((call) => call.split(' ')[0])).toEqual(['ADD', 'ADD', 'ADD']);
    expect(new Set(calls()).size).toBe(1);
    expect(cluster.events.map(({ message }) => message)).toContain(
      'Failed to create pod sandbox: CNI antrea ADD: agent is not there',
    );
    await remove();
  });

  it('begins anew after any other failure, and says why meanwhile', async () => {
    writeFileSync(join(root, 'error'), '{"code":103,"msg":"no addresses left","details":"10.10.1.0/24"}\n');
    run({});
    await ready();
    const [first, second, third] = calls().map((call) => call.split('K8S_POD_INFRA_CONTAINER_ID=')[1]!.split(';')[0]);
    expect([second === first, third === first]).toEqual([true, false]);
    expect(cluster.events[0]?.message).toContain('no addresses left: 10.10.1.0/24');
    await remove();
  });

  it('can be deleted while it has no network', async () => {
    writeFileSync(join(root, 'error'), '{"code":11,"msg":"later"}\n'.repeat(1000));
    run({});
    await waitFor('a failed ADD', () => status().message?.includes('later'), patience);
    await remove();
    expect(calls().at(-1)).toMatch(/^DEL/);
  });

  it('is restarted as its policy says, and counts it', async () => {
    run({
      command: [
        'sh',
        '-c',
        'echo once >>"$0"; [ "$(wc -l <"$0")" -ge 2 ] && exec sleep 1000; exit 3',
        join(root, `runs-${name}`),
      ],
    });
    await waitFor('a restart', () => status().containerStatuses?.[0]?.restartCount === 1 && isReady(), patience);
    expect(status().containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(3);
    await remove();
  });

  it('succeeds and fails when it may not be restarted, and gives its network back', async () => {
    run({ command: ['sh', '-c', 'echo why; exit 4'] }, { restartPolicy: 'Never' });
    await waitFor('its end', () => status().phase === 'Failed', patience);
    expect(status().containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 4, message: 'why' });
    await waitFor('DEL', () => calls().at(-1)?.startsWith('DEL'), patience);
    expect(logText()).toBe('why\n');
    await remove();
  });

  it('runs init containers first, one after the other', async () => {
    const file = join(root, `order-${name}`);
    const say = (word: string) => ({ name: word, command: ['sh', '-c', `echo ${word} >>${file}`] });
    run(
      { command: ['sh', '-c', `echo main >>${file}; exec sleep 1000`] },
      { initContainers: [say('one'), say('two')] },
    );
    await ready();
    await waitFor('main', () => readFileSync(file, 'utf8') === 'one\ntwo\nmain\n', patience);
    await remove();
  });

  it('is ready when its probe passes, and no longer when it fails', async () => {
    const file = join(root, `healthy-${name}`);
    run({
      command: ['sleep', '1000'],
      readinessProbe: { exec: { command: ['test', '-e', file] }, periodSeconds: 0.05, failureThreshold: 1 },
    });
    await waitFor('Running', () => status().phase === 'Running', patience);
    expect(isReady()).toBe(false);
    writeFileSync(file, '');
    await ready();
    rmSync(file);
    await waitFor('not Ready', () => !isReady(), patience);
    await remove();
  });

  it('is killed and started again when its liveness probe fails', async () => {
    run({
      command: ['sleep', '1000'],
      livenessProbe: { exec: { command: ['false'] }, periodSeconds: 0.1, failureThreshold: 2 },
    });
    await waitFor('a restart', () => (status().containerStatuses?.[0]?.restartCount ?? 0) > 0, patience);
    expect(status().containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(137);
    await remove();
  });

  it('ends at once when it ignores SIGTERM and its grace is over', async () => {
    run({ command: ['sh', '-c', 'trap "" TERM; sleep 1000 & wait; sleep 1000'] });
    await ready();
    const begin = Date.now();
    await remove();
    expect(Date.now() - begin).toBeLessThan(5_000);
  });

  it('shares the Node when it is on the host network', async () => {
    run({ command: ['sh', '-c', 'hostname; exec sleep 1000'] }, { hostNetwork: true });
    await ready();
    expect(status().podIP).toBe('192.168.77.11');
    await waitFor('output', () => logText() === 'node-1\n', patience);
    await remove();
    expect(calls()).toEqual([]);
    expect(existsSync(node.netns)).toBe(true);
  });
});
