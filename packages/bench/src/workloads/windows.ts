import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCommand } from '@antrea-ts/runtime';
import type { FfiCallsAnswer } from '../inside/ffi-calls.js';
import { whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { makePods } from '../lab/bench-pods.js';
import { residentMiB } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const agentBundle = join(root, 'packages/lab/dist/windows/agent/main.js');
const node = 'win-1';
const startMs = 60_000;

/** A Windows Node under Wine: what its agent's start and its Pods cost. */
export const windows: Workload = {
  name: 'windows',
  description: 'the Windows agent under Wine: start, memory, CNI ADD, PowerShell and native calls',
  whyNot: () =>
    whyNoLab() ??
    (existsSync(agentBundle) && existsSync('/usr/lib/wine/wine64')
      ? undefined
      : 'the Windows agent is not bundled: ./tools/lab up --windows-nodes 1 once, then down'),
  run: async (context) => {
    const directory = await mkdtemp(join(tmpdir(), 'antrea-bench-'));
    try {
      const rows = await withLab(['--nodes', '1', '--windows-nodes', '1'], (lab) => measure(lab, context), context);
      return [...rows, ...(await measureFfi(directory, context))];
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

async function measure(lab: BenchLab, { quick, progress }: Context): Promise<readonly Row[]> {
  const log = lab.paths.node(node).agentLog;
  // A line for each invocation of PowerShell, with its commands.
  const invocationLines = (): string[] =>
    readFileSync(join(lab.paths.node(node).logs, 'powershell.log'), 'utf8')
      .split('\n')
      .slice(0, -1);
  const invocations = (): number => invocationLines().length;
  const firstStart = invocations();
  const readyMs: number[] = [];
  const readyMiB: number[] = [];
  const restarts: number[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round += 1) {
    progress(`Windows agent, start ${round + 1}`);
    await lab.run(['agent', node, 'kill']);
    const before = readFileSync(log, 'utf8').length;
    const invoked = invocations();
    await lab.run(['agent', node, 'start']);
    const pid = await lab.componentPid('antrea-agent', node);
    const readyAt = await readySince(log, before);
    readyMs.push(readyAt - startedAt(pid));
    readyMiB.push(await residentMiB(pid));
    restarts.push(invocations() - invoked);
  }
  const pods = quick ? 3 : 20;
  progress(`${pods} Windows Pods`);
  await lab.run(['node', node, '--', 'antctl', 'log-level', '4']);
  const before = readFileSync(log, 'utf8').length;
  const invoked = invocations();
  const addMs: number[] = [];
  for (let pod = 0; pod < pods; pod += 1) {
    await makePods(lab, node, [`pod-${pod}`]);
  }
  // Ports come a moment after their call.
  await delay(3_000);
  // The others are of the host, which is looked at every half minute whatever Pods do.
  const ofPods = invocationLines()
    .slice(invoked)
    .filter((line) => line.includes('vEthernet (pod-'));
  const told = readFileSync(log, 'utf8').slice(before);
  for (const [, ms] of told.matchAll(/Answered CNI call .*command=ADD.* ms=([\d.]+)/g)) addMs.push(Number(ms));
  const row = (what: string, unit: string, samples: readonly number[], goal?: string): Row => ({
    what: `Wine: ${what}`,
    unit,
    better: 'lower',
    ours: summarize(samples, 'lower'),
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    row('agent, exec to ready', 'ms', readyMs),
    row('agent, RSS when ready', 'MiB', readyMiB),
    row('PowerShell invocations, first start', 'calls', [firstStart]),
    row('PowerShell invocations, restart', 'calls', restarts),
    row('CNI ADD, at the server', 'ms', addMs),
    row('PowerShell invocations for a Pod', 'calls', [ofPods.length / pods], '≤ 1'),
  ];
}

/** When the agent said that it is ready, in milliseconds since 1970. */
async function readySince(log: string, offset: number): Promise<number> {
  for (const deadline = Date.now() + startMs; Date.now() < deadline; await delay(20)) {
    const [, time] = /^(\S+) INFO {2}Ready$/m.exec(readFileSync(log, 'utf8').slice(offset)) ?? [];
    if (time !== undefined) return Date.parse(time);
  }
  throw new Error(`the agent of ${node} was not ready within ${startMs / 1_000} s`);
}

/** When a process was started, by the kernel's clock of 100 ticks a second. */
function startedAt(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return Date.now() - (uptime - ticks / 100) * 1_000;
}

async function measureFfi(directory: string, { progress, signal }: Context): Promise<readonly Row[]> {
  progress('native calls');
  const entry = join(root, 'packages/bench/src/inside/ffi-calls-main.ts');
  const bundle = join(directory, 'ffi');
  const script = '. tools/lib.sh && . tools/wine.d/prepare.sh && bundle "$1" "$2"';
  await runCommand('bash', ['-c', script, 'bundle', entry, bundle], { cwd: root, signal, timeout: 60_000 });
  const { stdout } = await runCommand(join(root, 'tools/wine'), ['run', join(bundle, 'main.js')], {
    signal,
    timeout: 120_000,
  });
  const { plain, hns } = JSON.parse(stdout) as FfiCallsAnswer;
  const row = (what: string, samples: readonly number[]): Row => ({
    what: `Wine: ${what}`,
    unit: 'calls/s',
    better: 'higher',
    ours: summarize(samples, 'higher'),
  });
  return [row('native calls', plain), row('calls of the fake HNS, on their own thread', hns)];
}
