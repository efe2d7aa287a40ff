import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { controllerPort } from '@antrea-ts/apis';
import { loopbackTokenFile, resources, type KubeClient } from '@antrea-ts/kube';
import { machineNow, type WatchersReady, type WatchersRequest, type WatchersTold } from '../inside/watchers.js';
import { whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { processorTicks, residentMiB } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const program = fileURLToPath(new URL('../inside/watchers-main.js', import.meta.url));
const namespace = 'default';
const pod = 'client';

/** Very many agents at a controller: all at once, and each change to all of them. */
export const watchers: Workload = {
  name: 'watchers',
  description: 'a thousand TLS watchers of a controller: begun at once, then told of relabelled Pods',
  whyNot: whyNoLab,
  run: (context) => withLab(['--nodes', '1'], (lab) => measure(lab, context), context),
};

async function measure(lab: BenchLab, { quick, signal, progress }: Context): Promise<Row[]> {
  const count = quick ? 50 : 1_000;
  const events = quick ? 10 : 200;
  const client = await lab.client();
  await preparePolicy(lab, client, signal);
  const controller = await lab.componentPid('antrea-controller');
  const before = await residentMiB(controller);
  const ticks = await processorTicks(controller);
  const token = await readFile(join(lab.paths.controller.run, relative('/var/run', loopbackTokenFile)), 'utf8');

  progress(`${count} watchers`);
  const request: WatchersRequest = { host: '127.0.0.1', port: controllerPort, token, count, events };
  const args = ['--target', String(controller), '--net', '--', process.execPath, program, JSON.stringify(request)];
  const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
  const ended = once(child, 'close');
  ended.catch(() => undefined);
  const lines: AsyncIterator<string, undefined> = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the watchers ended with ${String((await ended)[0])}`);
    return JSON.parse(value) as T;
  };
  const ready = await next<WatchersReady>();
  const after = await residentMiB(controller);
  const controllerMs = ((await processorTicks(controller)) - ticks) * 10;

  progress(`${events} events to each`);
  const fanOutMs: number[] = [];
  for (let index = 0; index < events; index += 1) {
    const sentAt = machineNow();
    const body = { metadata: { labels: { role: index % 2 === 0 ? 'client' : 'other' } } };
    await client.patch(resources.pods, { namespace, name: pod }, { type: 'merge', body }, { signal });
    fanOutMs.push((await next<WatchersTold>()).lastAt - sentAt);
  }
  await ended;
  await client.close();

  const row = (what: string, unit: string, samples: readonly number[]): Row => ({
    what,
    unit,
    better: 'lower',
    ours: summarize(samples, 'lower'),
  });
  return [
    row(`${count} TLS watchers begun at once, until each is connected`, 'ms', ready.connectedMs),
    row(`${count} TLS watchers begun at once, until each has the beginning`, 'ms', ready.beginningMs),
    row(`controller: processors until ${count} watchers have the beginning`, 'ms', [controllerMs]),
    row(`${count} watchers: processors until they have the beginning`, 'ms', [ready.processorMs]),
    row(`one Pod relabelled, until the last of ${count} watchers has it`, 'ms', fanOutMs),
    row(`controller: memory for each of ${count} watchers`, 'KiB', [((after - before) * 1_024) / count]),
    row(`controller: RSS with ${count} watchers and ${events} events`, 'MiB', [await residentMiB(controller)]),
  ];
}

/** A policy that has Pods by their label as the other side, and such a Pod. */
async function preparePolicy(lab: BenchLab, client: KubeClient, signal: AbortSignal): Promise<void> {
  for (const name of ['web', pod]) {
    await client.create(
      resources.pods,
      {
        metadata: { namespace, name, labels: { role: 'other', app: name } },
        spec: { containers: [{ name: 'none', image: 'none' }] },
      },
      { signal },
    );
    await lab.run(['kubectl', 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
  }
  await client.create(
    resources.networkPolicies,
    {
      metadata: { namespace, name: 'clients' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { role: 'client' } } }] }],
      },
    },
    { signal },
  );
}
