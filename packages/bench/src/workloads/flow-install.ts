import { writeFile } from 'node:fs/promises';
import { applyDataplanePlan, dataplaneOf, planDataplane, type OpenFlowConnection } from '@antrea-ts/ovs';
import { sampleFlows, sampleFlowText, whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import type { Flow } from '@antrea-ts/openflow';
import { timed } from '../measure/repeat.js';
import { untilIdle } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import { bridgeName, withBridge, type Bridge } from '../switch/with-bridge.js';
import type { Context, Row, Workload } from '../workload.js';

/** From flows in memory to the switch's acknowledgement: keys, plan, one bundle. */
export const flowInstall: Workload = {
  name: 'flow-install',
  description: 'flows installed per second into an empty bridge, keys and plan included',
  whyNot: whyNoPrivateOvs,
  run: (context) =>
    withBridge(async (bridge) => {
      const rows: Row[] = [];
      for (const count of context.quick ? [1_000] : [10_000, 100_000]) {
        rows.push(await measure(bridge, count, context));
      }
      return rows;
    }, context),
};

async function measure(bridge: Bridge, count: number, { quick, signal, progress }: Context): Promise<Row> {
  const { ovs, openflow, file } = bridge;
  const flows = sampleFlows(count);
  const flowFile = file(`flows-${count}`);
  await writeFile(flowFile, sampleFlowText(count));
  const repetitions = quick ? 2 : count > 10_000 ? 7 : 15;
  const ours: number[] = [];
  const peer: number[] = [];
  // By turns, so that a busy moment of the machine meets both.
  for (let index = 0; index < repetitions; index += 1) {
    progress(`${count} flows, ${index + 1} of ${repetitions}`);
    await clear(bridge, signal);
    ours.push(count / ((await timed(() => install(openflow, flows, signal))) / 1_000));
    if (index === 0) await assertInstalled(bridge, count, signal);
    await clear(bridge, signal);
    const add = () => ovs.ofctl('-O', 'OpenFlow13', '--bundle', 'add-flows', bridgeName, flowFile);
    peer.push(count / ((await timed(add)) / 1_000));
  }
  await clear(bridge, signal);
  return {
    what: `install ${count} flows`,
    unit: 'flows/s',
    better: 'higher',
    ours: summarize(ours, 'higher'),
    peer: { tool: 'ovs-ofctl --bundle add-flows', summary: summarize(peer, 'higher') },
    goal: '≥ 1.5x',
  };
}

async function install(openflow: OpenFlowConnection, flows: readonly Flow[], signal: AbortSignal): Promise<void> {
  const plan = planDataplane(dataplaneOf({ flows }), dataplaneOf({}));
  const { flows: outcomes } = await applyDataplanePlan(openflow, plan, { signal });
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
}

async function clear({ ovs, openflow }: Bridge, signal: AbortSignal): Promise<void> {
  await ovs.ofctl('-O', 'OpenFlow13', 'del-flows', bridgeName);
  await openflow.barrier({ signal });
  await untilIdle(ovs.vswitchdPid, { signal });
}

async function assertInstalled({ openflow }: Bridge, count: number, signal: AbortSignal): Promise<void> {
  const tables = await openflow.tableStats({ signal });
  const active = tables.reduce((sum, table) => sum + table.activeFlows, 0);
  if (active !== count) throw new Error(`the switch has ${active} flows after ${count} were installed`);
}
