import type { NetworkPolicyReference, NodeStatsSummary } from '@antrea-ts/apis';
import type { KubeClient } from '@antrea-ts/kube';
import type { FlowStats, Match } from '@antrea-ts/openflow';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { silentLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reading } from './flow-counters.js';
import { StatsReporter } from './stats-reporter.js';

const acnp: NetworkPolicyReference = { type: 'AntreaClusterNetworkPolicy', name: 'acnp', uid: 'u1' };
const np: NetworkPolicyReference = { type: 'K8sNetworkPolicy', namespace: 'ns', name: 'np', uid: 'u2' };
const rules = new Map([
  [2, { policy: acnp, name: 'allow-web' }],
  [3, { policy: acnp, name: 'drop-rest' }],
  [4, { policy: np, name: '' }],
]);

interface Counted {
  readonly id: number;
  readonly counts: 'new' | 'more' | 'denied';
  readonly packets: number;
  readonly bytes?: number;
  readonly age?: number;
}

/** A flow of IngressMetric; long there unless an age in seconds is given. */
function flow({ id, counts, packets, bytes = packets * 100, age = 100_000 }: Counted): FlowStats {
  const match: Match =
    counts === 'denied'
      ? [
          { field: 'reg0', value: 0x100000, mask: 0x100000 },
          { field: 'reg3', value: id },
        ]
      : [
          { field: 'ct_state', value: counts === 'new' ? 1 : 0, mask: 1 },
          { field: 'ct_label', value: BigInt(id), mask: 0xffff_ffffn },
          { field: 'dl_type', value: 0x800 },
        ];
  return {
    table: 101,
    priority: 200,
    cookie: 0n,
    match,
    instructions: [],
    packets: BigInt(packets),
    bytes: BigInt(bytes),
    durationSeconds: age,
  };
}

describe('statistics of policies', () => {
  let kept: Reading | undefined;
  let wall = 0;
  let counted: readonly Counted[] = [];
  let reports: NodeStatsSummary[] = [];
  let failure: Error | undefined;
  let stop: () => Promise<void>;

  beforeEach(() => {
    [wall, counted, reports, failure, kept] = [10_000_000, [], [], undefined, undefined];
  });
  afterEach(() => stop());

  async function started() {
    const clock = new FakeClock();
    const create = async (_: unknown, summary: NodeStatsSummary): Promise<object> => {
      if (failure) throw failure;
      reports.push(summary);
      return {};
    };
    const reporter = new StatsReporter({
      nodeName: 'node-1',
      store: {
        read: async () => kept,
        write: async (reading) => {
          kept = reading;
        },
      },
      client: () => ({ create }) as unknown as KubeClient,
      dump: async () => counted.map(flow),
      ruleOf: (id) => rules.get(id),
      logger: silentLogger,
      clock,
      wallClock: () => wall,
    });
    stop = () => reporter.stop();
    await reporter.start();
    const after = async (ms: number): Promise<NodeStatsSummary[]> => {
      wall += ms;
      await clock.advance(ms);
      return reports.splice(0);
    };
    return { reporter, after };
  }

  it('are what came since the last report, by rule for Antrea policies', async () => {
    counted = [{ id: 2, counts: 'new', packets: 7 }];
    const { after } = await started();
    // What was counted before anybody looked may have been reported by another agent.
    expect(await after(0)).toEqual([]);
    counted = [
      { id: 2, counts: 'new', packets: 9 },
      { id: 2, counts: 'more', packets: 20, bytes: 3_000 },
      { id: 3, counts: 'denied', packets: 5, age: 10 },
      { id: 4, counts: 'new', packets: 1 },
      { id: 99, counts: 'new', packets: 50 },
    ];
    expect(await after(60_000)).toEqual([
      {
        metadata: { name: 'node-1' },
        networkPolicies: [{ networkPolicy: np, trafficStats: { packets: 1, bytes: 100, sessions: 1 } }],
        antreaClusterNetworkPolicies: [
          {
            networkPolicy: acnp,
            ruleTrafficStats: [
              { name: 'allow-web', trafficStats: { packets: 22, bytes: 3_200, sessions: 2 } },
              { name: 'drop-rest', trafficStats: { packets: 5, bytes: 500, sessions: 5 } },
            ],
          },
        ],
        antreaNetworkPolicies: [],
      },
    ]);
    counted = counted.map((each) => ({ ...each, age: 100_060 }));
    expect(await after(60_000)).toEqual([]);
  });

  it('are never less than nothing when the switch begins at zero again', async () => {
    const { after } = await started();
    counted = [{ id: 2, counts: 'new', packets: 100 }];
    await after(60_000);
    counted = [{ id: 2, counts: 'new', packets: 30, age: 20 }];
    expect(sessions(await after(60_000))).toEqual([30]);
    // More than before, but young: restarted within the minute.
    counted = [{ id: 2, counts: 'new', packets: 40, age: 5 }];
    expect(sessions(await after(60_000))).toEqual([40]);
  });

  it('that could not be reported come with the next report', async () => {
    const { after } = await started();
    await after(0);
    failure = new Error('away');
    counted = [{ id: 2, counts: 'new', packets: 3 }];
    await after(60_000);
    counted = [{ id: 2, counts: 'new', packets: 4 }];
    failure = undefined;
    expect(sessions(await after(60_000))).toEqual([4]);
  });

  it('of the time without an agent are reported by the next one', async () => {
    const first = await started();
    await first.after(0);
    counted = [{ id: 2, counts: 'new', packets: 3 }];
    expect(sessions(await first.after(60_000))).toEqual([3]);
    await stop();
    wall += 5_000;
    counted = [{ id: 2, counts: 'new', packets: 5 }];
    const second = await started();
    expect(sessions(await second.after(0))).toEqual([2]);
  });

  it('of rules that go are read before', async () => {
    const { after, reporter } = await started();
    await after(2_000);
    counted = [{ id: 2, counts: 'new', packets: 3 }];
    reporter.rulesGo();
    await after(2_000);
    counted = [];
    expect(sessions(await after(60_000))).toEqual([3]);
  });
});

function sessions(reports: readonly NodeStatsSummary[]): number[] {
  return reports.flatMap(({ antreaClusterNetworkPolicies = [] }) =>
    antreaClusterNetworkPolicies.flatMap(({ ruleTrafficStats = [] }) =>
      ruleTrafficStats.map(({ trafficStats }) => trafficStats.sessions),
    ),
  );
}
