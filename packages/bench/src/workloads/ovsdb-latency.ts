import { openBridge } from '@antrea-ts/ovs';
import { whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import { repeat } from '../measure/repeat.js';
import { summarize } from '../measure/summary.js';
import { bridgeName, withBridge } from '../switch/with-bridge.js';
import type { Workload } from '../workload.js';

/** A writing transaction, from the call until the replica has what was written. */
export const ovsdbLatency: Workload = {
  name: 'ovsdb',
  description: 'latency of a transaction that sets the external_ids of a bridge',
  whyNot: whyNoPrivateOvs,
  run: ({ quick, signal, progress }) =>
    withBridge(
      async ({ ovs, database }) => {
        const bridge = openBridge(database, bridgeName);
        progress('transactions over our connection');
        const ours = await repeat(
          quick ? 50 : 2_000,
          (index) => bridge.setExternalIds({ round: String(index) }, { signal }),
          { signal, warmUp: 50 },
        );
        progress('ovs-vsctl processes');
        const peer = await repeat(
          quick ? 5 : 100,
          (index) => ovs.vsctl('--no-wait', 'br-set-external-id', bridgeName, 'round', `peer-${index}`),
          { signal, warmUp: 3 },
        );
        return [
          {
            what: 'OVSDB transaction',
            unit: 'ms',
            better: 'lower',
            ours: summarize(ours, 'lower'),
            peer: { tool: 'ovs-vsctl process', summary: summarize(peer, 'lower') },
          },
        ];
      },
      { signal },
    ),
};
