import { setTimeout as delay } from 'node:timers/promises';
import type { CniCall } from '../cni/cni-call.js';
import { CniNode, node } from '../cni/cni-node.js';
import { whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { processorTicks, residentMiB } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const perSecond = 5;

/** What agent and switch use while nothing happens, and while Pods come and go. */
export const churn: Workload = {
  name: 'churn',
  description: `processor and memory of agent and ovs-vswitchd, idle and under ${perSecond} ADD and DEL per second`,
  whyNot: whyNoLab,
  run: (context) => withLab(['--nodes', '1'], (lab) => measure(lab, context), context),
};

async function measure(lab: BenchLab, context: Context): Promise<Row[]> {
  const seconds = context.quick ? 2 : 20;
  const pids = await processes(lab);
  const target = new CniNode(lab, context);
  const namespaces = await target.makeNamespaces(perSecond);
  const rows: Row[] = [];
  const phase = async (what: string, second: (index: number) => Promise<unknown>): Promise<void> => {
    context.progress(what);
    const before = await ticksOf(pids);
    const begin = performance.now();
    for (let index = 0; index < seconds; index += 1) {
      const next = begin + (index + 1) * 1_000;
      await second(index);
      await delay(Math.max(0, next - performance.now()), undefined, { signal: context.signal });
    }
    const took = (performance.now() - begin) / 1_000;
    const after = await ticksOf(pids);
    for (const [name, pid] of Object.entries(pids)) {
      const used = ((after[name]! - before[name]!) * 10) / took;
      rows.push(
        row(`${name}, ${what}: processor`, 'ms/s', used),
        row(`${name}, ${what}: RSS`, 'MiB', await residentMiB(pid)),
      );
    }
  };
  await phase('idle', () => Promise.resolve());
  await phase(`${perSecond} ADD and DEL per second`, async (index) => {
    const calls = (command: CniCall['command']): CniCall[] =>
      namespaces.map((netns, i) => ({ command, netns, containerId: `churn-${index}-${i}` }));
    await target.server(calls('ADD'), 1);
    await target.server(calls('DEL'), 1);
  });
  return rows;
}

/** The processes that are looked at, by name. */
async function processes(lab: BenchLab): Promise<Readonly<Record<string, number>>> {
  return {
    agent: await lab.componentPid('antrea-agent', node),
    'ovs-vswitchd': await lab.componentPid('ovs-vswitchd', node),
  };
}

async function ticksOf(pids: Readonly<Record<string, number>>): Promise<Readonly<Record<string, number>>> {
  const entries = Object.entries(pids).map(async ([name, pid]) => [name, await processorTicks(pid)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function row(what: string, unit: string, figure: number): Row {
  return { what, unit, better: 'lower', ours: summarize([figure], 'lower') };
}
