import { fileURLToPath } from 'node:url';
import type { AgentStartAnswer, AgentStartRequest } from '../inside/agent-start.js';
import { agentProgram, whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { apply, makePods } from '../lab/bench-pods.js';
import { pingWhile, type PingsWhile } from '../lab/ping-while.js';
import { until } from '../measure/repeat.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const startProgram = fileURLToPath(new URL('../inside/agent-start-main.js', import.meta.url));
const node = 'node-1';

/** What restarts of the agent and of Open vSwitch take, and what is lost of 1,000 packets a second meanwhile. */
export const restarts: Workload = {
  name: 'restarts',
  description:
    'restarts of the agent under 0, 1,000 and 10,000 flows of policies, and of Open vSwitch, with packets lost',
  whyNot: whyNoLab,
  run: (context) => withLab(['--nodes', '1'], (lab) => measure(lab, context), context),
};

async function measure(lab: BenchLab, context: Context): Promise<Row[]> {
  await makePods(lab, node, ['here', 'there']);
  const { stdout: to } = await lab.run(['kubectl', 'get', 'pod', 'there', '-o', 'jsonpath={.status.podIP}']);
  const rows: Row[] = [];
  const whilePinging = (event: () => Promise<void>): Promise<PingsWhile> => pingWhile(lab, { from: 'here', to }, event);
  for (const flows of context.quick ? [0, 100] : [0, 1_000, 10_000]) {
    context.progress(`the agent, ${flows} flows of policies`);
    await havePolicyFlows(lab, flows, context);
    rows.push(...(await agentRestarts(lab, flows, whilePinging, context)));
  }
  for (const only of [['--daemon', 'ovsdb-server'], ['--daemon', 'ovs-vswitchd'], []]) {
    context.progress(`Open vSwitch ${only.join(' ')}`);
    rows.push(...(await ovsRestarts(lab, only, whilePinging, context)));
  }
  return rows;
}

/** A policy that lets Pods hear so many addresses, a flow each, besides everybody. */
async function havePolicyFlows(lab: BenchLab, count: number, { signal }: Context): Promise<void> {
  if (count === 0) return;
  const from = Array.from({ length: count }, (_, i) => ({ ipBlock: { cidr: `10.200.${i >> 8}.${i & 255}/32` } }));
  await apply(lab, [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'wide', namespace: 'default' },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }, { from: [{ podSelector: {} }] }] },
    },
  ]);
  const installed = async (): Promise<true | undefined> => {
    const dump = await lab.inNode(node, ['ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats']);
    return (dump.match(/nw_src=10\.200\./g)?.length ?? 0) >= count || undefined;
  };
  await until(`${count} flows of policies`, installed, { signal, timeoutMs: 120_000, intervalMs: 250 });
}

async function agentRestarts(
  lab: BenchLab,
  flows: number,
  whilePinging: (event: () => Promise<void>) => Promise<PingsWhile>,
  { quick }: Context,
): Promise<Row[]> {
  const request: AgentStartRequest = {
    command: [process.execPath, agentProgram, '--config', lab.paths.node(node).agentConfig],
    repetitions: quick ? 1 : 7,
    idleMs: 0,
  };
  let answer: AgentStartAnswer | undefined;
  const pings = await whilePinging(async () => {
    await lab.run(['agent', node, 'kill']);
    const output = await lab.inNode(node, [process.execPath, startProgram], { input: JSON.stringify(request) });
    answer = JSON.parse(output) as AgentStartAnswer;
  });
  await lab.run(['agent', node, 'start']);
  const { readyMs, inSyncMs, changes } = answer!;
  return [
    row(`agent restart, ${flows} flows: exec to in sync`, 'ms', inSyncMs),
    row(`agent restart, ${flows} flows: exec to ready`, 'ms', readyMs),
    row(`agent restart, ${flows} flows: flow-mods`, 'flows', changes),
    row(`agent restart, ${flows} flows: lost of ${pings.sent} packets`, 'packets', [pings.lost]),
  ];
}

async function ovsRestarts(
  lab: BenchLab,
  only: readonly string[],
  whilePinging: (event: () => Promise<void>) => Promise<PingsWhile>,
  { quick, signal }: Context,
): Promise<Row[]> {
  const measured: PingsWhile[] = [];
  const isReady = async (): Promise<true | undefined> => {
    const ask = ['curl', '-skf', '-o', '/dev/null', 'https://127.0.0.1:10350/readyz'];
    return lab.inNode(node, ask).then(
      () => true,
      () => undefined,
    );
  };
  for (let i = 0; i < (quick ? 1 : 5); i += 1) {
    await until('the agent to be ready', isReady, { signal, timeoutMs: 60_000, intervalMs: 100 });
    measured.push(
      await whilePinging(async () => {
        await lab.run(['ovs', node, 'kill', ...only]);
        await lab.run(['ovs', node, 'start', ...only]);
        await until('the agent to be ready', isReady, { signal, timeoutMs: 60_000, intervalMs: 100 });
        // What waited for the switch is forwarded.
        await lab.run(['exec', 'default/here', '--', 'sleep', '1']);
      }),
    );
  }
  const what = `${only[1] ?? 'all of Open vSwitch'} killed and started`;
  const gaps = measured.map(({ longestGapMs }) => longestGapMs);
  const lost = measured.map((pings) => pings.lost);
  return [row(`${what}: longest silence`, 'ms', gaps), row(`${what}: lost at 1,000 a second`, 'packets', lost)];
}

function row(what: string, unit: string, samples: readonly number[]): Row {
  return { what, unit, better: 'lower', ours: summarize(samples, 'lower') };
}
