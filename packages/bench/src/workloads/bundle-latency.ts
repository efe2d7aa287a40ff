import { writeFile } from 'node:fs/promises';
import { sampleFlows, sampleFlowText, whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import { repeat } from '../measure/repeat.js';
import { summarize } from '../measure/summary.js';
import { bridgeName, withBridge } from '../switch/with-bridge.js';
import type { Workload } from '../workload.js';

const flowsPerBundle = 10;

/** What one Pod costs at least: one small atomic bundle, from the call to the switch's acknowledgement. */
export const bundleLatency: Workload = {
  name: 'bundle',
  description: `latency of an atomic bundle of ${flowsPerBundle} flows`,
  whyNot: whyNoPrivateOvs,
  run: ({ quick, signal, progress }) =>
    withBridge(
      async ({ ovs, openflow, file }) => {
        const flowFile = file('flows');
        await writeFile(flowFile, sampleFlowText(flowsPerBundle));
        const bundle = sampleFlows(flowsPerBundle).map((flow) => ({
          type: 'flow_mod' as const,
          command: 'add' as const,
          ...flow,
        }));
        progress('bundles over our connection');
        const ours = await repeat(quick ? 50 : 2_000, () => openflow.applyBundle(bundle, { signal }), {
          signal,
          warmUp: 50,
        });
        progress('ovs-ofctl processes');
        const peer = await repeat(
          quick ? 5 : 100,
          () => ovs.ofctl('-O', 'OpenFlow13', '--bundle', 'add-flows', bridgeName, flowFile),
          { signal, warmUp: 3 },
        );
        return [
          {
            what: `bundle of ${flowsPerBundle} flows`,
            unit: 'ms',
            better: 'lower',
            ours: summarize(ours, 'lower'),
            peer: { tool: 'ovs-ofctl process', summary: summarize(peer, 'lower') },
          },
        ];
      },
      { signal },
    ),
};
