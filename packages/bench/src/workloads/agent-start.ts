import { fileURLToPath } from 'node:url';
import type { AgentStartAnswer, AgentStartRequest } from '../inside/agent-start.js';
import { agentProgram, whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { makePods } from '../lab/bench-pods.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const startProgram = fileURLToPath(new URL('../inside/agent-start-main.js', import.meta.url));
const node = 'node-1';

/** What an agent's restart takes, on a Node whose switch and host are as it left them. */
export const agentStart: Workload = {
  name: 'agent-start',
  description: 'agent from exec to readiness, and its memory, without and with 200 Pods',
  whyNot: whyNoLab,
  run: (context) =>
    withLab(
      ['--nodes', '1'],
      async (lab) => {
        const pods = context.quick ? 5 : 200;
        const without = await measure(lab, 0, context);
        context.progress(`${pods} Pods`);
        await lab.run(['agent', node, 'start']);
        await makePods(
          lab,
          node,
          Array.from({ length: pods }, (_, index) => `pod-${index}`),
        );
        return [...without, ...(await measure(lab, pods, context))];
      },
      context,
    ),
};

async function measure(lab: BenchLab, pods: number, { quick, progress }: Context): Promise<Row[]> {
  await lab.run(['agent', node, 'stop']);
  const request: AgentStartRequest = {
    command: [process.execPath, agentProgram, '--config', lab.paths.node(node).agentConfig],
    repetitions: quick ? 2 : 11,
    idleMs: quick ? 100 : 10_000,
  };
  progress(`agent with ${pods} Pods, ${request.repetitions} starts`);
  const output = await lab.inNode(node, [process.execPath, startProgram], { input: JSON.stringify(request) });
  const { readyMs, firstLineMs, readyMiB, idleMiB } = JSON.parse(output) as AgentStartAnswer;
  const row = (what: string, unit: string, samples: readonly number[]): Row => ({
    what: `${what}, ${pods} Pods`,
    unit,
    better: 'lower',
    ours: summarize(samples, 'lower'),
  });
  return [
    row('agent: exec to ready', 'ms', readyMs),
    row('agent: exec to first log line', 'ms', firstLineMs),
    row('agent: RSS when ready', 'MiB', readyMiB),
    row('agent: RSS idle', 'MiB', idleMiB),
  ];
}
