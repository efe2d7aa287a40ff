import type { KubeClient } from '@antrea-ts/kube';
import type { EqualPriority, PolicyView } from '@antrea-ts/policy';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { StatusTracker } from './status-tracker.js';

function view(generation: number, ...nodes: string[]): PolicyView {
  const source = { type: 'AntreaNetworkPolicy', namespace: 'ns', name: 'p', uid: 'u1' } as const;
  return {
    name: 'u1',
    span: new Set(nodes),
    policy: { source, generation, rules: [], problems: [] },
    wire: { metadata: { name: 'u1' } },
  };
}

const running: StatusTracker[] = [];
afterEach(async () => {
  for (const tracker of running.splice(0)) await tracker.stop();
});

function setUp(first: PolicyView) {
  const clock = new FakeClock();
  const written: unknown[] = [];
  const state = { policy: first as PolicyView | undefined, fails: 0, equal: undefined as EqualPriority | undefined };
  const client = {
    patch: async (_: unknown, __: unknown, { body }: { body: { status: unknown } }) => {
      if (state.fails-- > 0) throw new Error('unreachable');
      written.push(body.status);
    },
  } as unknown as KubeClient;
  const tracker = new StatusTracker({
    client,
    policy: (uid) => (uid === 'u1' ? state.policy : undefined),
    logger: memoryLogger(),
    clock,
    equalPriority: () => state.equal,
    metrics: { statusWritten: () => undefined },
    now: () => 1_000_000 + clock.now(),
  });
  running.push(tracker);
  const change = async (policy: PolicyView | undefined): Promise<void> => {
    const before = state.policy;
    state.policy = policy;
    tracker.policiesChanged([{ ...(before ? { before } : {}), ...(policy ? { after: policy } : {}) }]);
    await clock.advance(1);
  };
  return { tracker, clock, written, state, change };
}

const status = (phase: string, observedGeneration: number, current: number, desired: number) => ({
  phase,
  observedGeneration,
  currentNodesRealized: current,
  desiredNodesRealized: desired,
  conditions: null as unknown,
});

describe('StatusTracker', () => {
  it('counts the Nodes of the span that enforce the present generation', async () => {
    const { tracker, clock, written, change } = setUp(view(1, 'n1', 'n2'));
    await change(view(1, 'n1', 'n2'));
    tracker.report('u1', 'n1', 1);
    tracker.report('u1', 'elsewhere', 1);
    await clock.advance(1);
    tracker.report('u1', 'n2', 1);
    await clock.advance(1);
    await change(view(2, 'n1', 'n2'));
    tracker.report('u1', 'n1', 2);
    await clock.advance(1);
    await change(view(2, 'n1'));
    expect(written).toEqual([
      status('Realizing', 1, 0, 2),
      status('Realizing', 1, 1, 2),
      status('Realized', 1, 2, 2),
      status('Realizing', 2, 0, 2),
      status('Realizing', 2, 1, 2),
      status('Realized', 2, 1, 1),
    ]);
  });

  it('calls a policy without Nodes realised, and writes nothing twice', async () => {
    const { tracker, clock, written, change } = setUp(view(1));
    await change(view(1));
    tracker.policyChanged('u1');
    await clock.advance(1);
    expect(written).toEqual([status('Realized', 1, 0, 0)]);
  });

  it('tries again what could not be written', async () => {
    const { clock, written, state, change } = setUp(view(1));
    state.fails = 2;
    await change(view(1));
    expect(written).toEqual([]);
    await clock.advance(10_000);
    expect(written).toEqual([status('Realized', 1, 0, 0)]);
  });

  it('tells what is not as it looks, since when, and no longer than it is so', async () => {
    const { written, state, change, clock } = setUp(view(1));
    const broken: PolicyView = view(1);
    const policy = {
      ...broken.policy,
      problems: [
        { text: 'spec.ingress[0].ports[0].port 70000 is no port: until corrected, x', effect: 'leftOut' } as const,
        { text: 'spec.ingress[1].action Obey is none: until corrected, y', effect: 'widened' } as const,
      ],
      missingGroups: ['g'],
      missingTier: 'mine',
    };
    await change({ ...broken, policy });
    await clock.advance(60_000);
    state.equal = {
      direction: 'In',
      rule: 2,
      action: 'Allow',
      otherAction: 'Drop',
      other: { ...policy, source: { type: 'AntreaClusterNetworkPolicy', name: 'other', uid: 'u2' } },
    };
    await change(view(1));
    state.equal = undefined;
    await change(view(1));
    expect(written).toMatchObject([
      {
        conditions: [
          { type: 'RulesLeftOut', status: 'True', reason: 'InvalidField', lastTransitionTime: '1970-01-01T00:16:40Z' },
          {
            type: 'RulesWidened',
            reason: 'InvalidField',
            message: 'spec.ingress[1].action Obey is none: until corrected, y',
          },
          { type: 'TierMissing', reason: 'TierNotFound', message: expect.stringContaining('spec.tier mine') as string },
          { type: 'ReferencesMissing', message: 'ClusterGroups that are not there (yet) and select nothing: g' },
        ],
      },
      {
        conditions: [
          {
            type: 'OrderUndecided',
            message: expect.stringContaining('spec.ingress[2] has action Allow; that of other, of the same tier'),
            lastTransitionTime: '1970-01-01T00:17:40Z',
          },
        ],
      },
      { conditions: null },
    ]);
  });

  it('forgets what was reported of a policy that is gone', async () => {
    const { tracker, clock, written, change } = setUp(view(1, 'n1'));
    tracker.report('u1', 'n1', 1);
    await clock.advance(1);
    await change(undefined);
    tracker.report('u1', 'n1', 1);
    await change(view(1, 'n1'));
    expect(written).toEqual([status('Realized', 1, 1, 1), status('Realizing', 1, 0, 1)]);
  });
});
