import { sampleFlows, whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import { repeat } from '../measure/repeat.js';
import { untilIdle } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import { bridgeName, withBridge } from '../switch/with-bridge.js';
import type { Workload } from '../workload.js';

/** Reading back what is installed: what every start of an agent begins with. */
export const flowDump: Workload = {
  name: 'flow-dump',
  description: 'flows read back and decoded per second',
  whyNot: whyNoPrivateOvs,
  run: ({ quick, signal, progress }) =>
    withBridge(
      async ({ ovs, openflow }) => {
        const count = quick ? 1_000 : 100_000;
        const repetitions = quick ? 2 : 7;
        await openflow.applyBundle(
          sampleFlows(count).map((flow) => ({ type: 'flow_mod', command: 'add', ...flow })),
          { signal },
        );
        await untilIdle(ovs.vswitchdPid, { signal });
        progress(`dump of ${count} flows, ${repetitions} times`);
        const ours = await repeat(repetitions, () => openflow.dumpFlows({}, { signal }), { signal, warmUp: 1 });
        progress(`the same by ovs-ofctl`);
        const peer = await repeat(repetitions, () => ovs.ofctl('-O', 'OpenFlow13', 'dump-flows', bridgeName), {
          signal,
          warmUp: 1,
        });
        const rate = (samples: readonly number[]) =>
          summarize(
            samples.map((ms) => (count / ms) * 1_000),
            'higher',
          );
        return [
          {
            what: `dump of ${count} flows`,
            unit: 'flows/s',
            better: 'higher',
            ours: rate(ours),
            peer: { tool: 'ovs-ofctl dump-flows', summary: rate(peer) },
          },
        ];
      },
      { signal },
    ),
};
