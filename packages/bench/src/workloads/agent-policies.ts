import { setTimeout as delay } from 'node:timers/promises';
import { resources, type KubeClient } from '@antrea-ts/kube';
import { whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { until } from '../measure/repeat.js';
import { residentMiB, residentPeakMiB } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const node = 'node-1';
const namespace = 'default';
const blocksOfPolicy = 10_000;
const settleMs = 15_000;

/** The memory of an agent whose Node has very many flows, of policies written by a user. */
export const agentPolicies: Workload = {
  name: 'agent-policies',
  description:
    'an agent with 130,000 flows of policies: its memory, and the way of a policy from the API to the switch',
  whyNot: whyNoLab,
  run: (context) => withLab(['--nodes', '1'], (lab) => measure(lab, context), context),
};

async function measure(lab: BenchLab, { quick, signal, progress }: Context): Promise<Row[]> {
  const policies = quick ? 1 : 13;
  const client = await lab.client();
  await lab.run(['kubectl', 'run', 'web', '--image=none', '--labels=app=web']);
  await lab.run(['kubectl', 'wait', '--for=condition=Ready', 'pod/web', '--timeout=60s']);
  const agent = await lab.componentPid('antrea-agent');
  const before = await residentMiB(agent);
  const first = await flowCount(lab);
  const tookMs: number[] = [];
  for (let index = 0; index < policies; index += 1) {
    progress(`policy ${index + 1} of ${policies}`);
    const start = performance.now();
    await createPolicy(client, index, signal);
    const wanted = first + (index + 1) * blocksOfPolicy;
    const installed = async (): Promise<true | undefined> => ((await flowCount(lab)) >= wanted ? true : undefined);
    await until(`${wanted} flows`, installed, { signal, timeoutMs: 120_000 });
    tookMs.push(performance.now() - start);
  }
  if (!quick) await delay(settleMs, undefined, { signal });
  const row = (what: string, unit: string, samples: readonly number[], goal?: string): Row => ({
    what,
    unit,
    better: 'lower',
    ours: summarize(samples, 'lower'),
    ...(goal === undefined ? {} : { goal }),
  });
  const flows = `${policies * blocksOfPolicy} flows`;
  const rows = [
    row(`policy of ${blocksOfPolicy} blocks, from the Kubernetes API to its flows`, 'ms', tookMs),
    row('agent: RSS before policies', 'MiB', [before]),
    row(`agent: RSS with ${flows}`, 'MiB', [await residentMiB(agent)], '200 MiB'),
    row(`agent: most RSS on the way to ${flows}`, 'MiB', [await residentPeakMiB(agent)]),
  ];
  await client.close();
  return rows;
}

async function createPolicy(client: KubeClient, index: number, signal: AbortSignal): Promise<void> {
  const from = Array.from({ length: blocksOfPolicy }, (_, block) => ({
    ipBlock: { cidr: `${20 + index}.${block >> 8}.${block & 255}.0/24` },
  }));
  const policy = {
    metadata: { namespace, name: `blocks-${index}` },
    spec: { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ from }] },
  };
  await client.create(resources.networkPolicies, policy, { signal });
}

async function flowCount(lab: BenchLab): Promise<number> {
  const command = ['ovs-ofctl', '-O', 'OpenFlow13', 'dump-aggregate', 'br-int'];
  const text = await lab.inNode(node, command);
  return Number(/flow_count=(\d+)/.exec(text)?.[1]);
}
