import type { NetworkPolicyRule, RuleAction } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import type { ConvertedPolicy } from './converted-policy.js';
import type { PlacedMember } from './entity.js';
import { EqualPriorities } from './equal-priorities.js';

const rule = (action: RuleAction, priority = 0, more: Partial<NetworkPolicyRule> = {}): NetworkPolicyRule => ({
  direction: 'In',
  action,
  priority,
  enableLogging: false,
  ...more,
});

function policy(name: string, rules: NetworkPolicyRule[], more: Partial<ConvertedPolicy> = {}): ConvertedPolicy {
  const source = { type: 'AntreaClusterNetworkPolicy', name, uid: `uid-${name}` } as const;
  return {
    source,
    generation: 1,
    tierPriority: 250,
    priority: 5,
    rules,
    appliedToGroups: ['web'],
    problems: [],
    ...more,
  };
}

const pod = (name: string): PlacedMember => ({ member: { pod: { namespace: 'ns', name } } }) as unknown as PlacedMember;

function setUp() {
  const groups = new Map([
    ['web', [pod('w1'), pod('w2')]],
    ['api', [pod('a1')]],
    ['all', [pod('a1'), pod('w2')]],
  ]);
  const equal = new EqualPriorities();
  const take = (): readonly string[] => [...toTheEnd(equal.look((name) => groups.get(name)))].sort();
  return { equal, groups, take };
}

function toTheEnd<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

describe('equal priorities', () => {
  it.each<[string, boolean, ConvertedPolicy, ConvertedPolicy]>([
    ['the same place, another action', true, policy('a', [rule('Allow')]), policy('b', [rule('Drop')])],
    ['the same action', false, policy('a', [rule('Drop')]), policy('b', [rule('Drop')])],
    ['another index', false, policy('a', [rule('Allow')]), policy('b', [rule('Drop', 1)])],
    ['another direction', false, policy('a', [rule('Allow')]), policy('b', [rule('Drop', 0, { direction: 'Out' })])],
    ['another priority', false, policy('a', [rule('Allow')]), policy('b', [rule('Drop')], { priority: 5.5 })],
    ['another tier', false, policy('a', [rule('Allow')]), policy('b', [rule('Drop')], { tierPriority: 100 })],
    ['other Pods', false, policy('a', [rule('Allow')]), policy('b', [rule('Drop')], { appliedToGroups: ['api'] })],
    [
      'some of the Pods',
      true,
      policy('a', [rule('Allow')]),
      policy('b', [rule('Reject')], { appliedToGroups: ['all'] }),
    ],
    [
      'Pods of a rule',
      true,
      policy('a', [rule('Allow')]),
      policy('b', [rule('Drop', 0, { appliedToGroups: ['all'] })], { appliedToGroups: undefined as never }),
    ],
    [
      'a policy of Kubernetes',
      false,
      policy('a', [rule('Allow')]),
      { ...policy('b', [rule('Drop')]), priority: undefined as never, tierPriority: undefined as never },
    ],
  ])('%s: %s', (_, meets, a, b) => {
    const { equal, take } = setUp();
    equal.policyChanged(undefined, a);
    equal.policyChanged(undefined, b);
    expect(take()).toEqual(meets ? ['uid-a', 'uid-b'] : []);
    expect(equal.of('uid-a')?.other.source.name).toBe(meets ? 'b' : undefined);
    expect(equal.of('uid-b')?.other.source.name).toBe(meets ? 'a' : undefined);
  });

  it('are found and forgotten as policies and Pods come and go', () => {
    const { equal, groups, take } = setUp();
    const [a, b] = [policy('a', [rule('Allow')]), policy('b', [rule('Drop')], { appliedToGroups: ['api'] })];
    equal.policyChanged(undefined, a);
    equal.policyChanged(undefined, b);
    expect(take()).toEqual([]);
    groups.set('api', [pod('a1'), pod('w1')]);
    equal.groupChanged('elsewhere');
    expect(equal.hasChanges).toBe(false);
    equal.groupChanged('api');
    expect(take()).toEqual(['uid-a', 'uid-b']);
    expect(equal.of('uid-a')).toMatchObject({ direction: 'In', rule: 0, action: 'Allow', otherAction: 'Drop' });
    equal.policyChanged(b, undefined);
    expect(take()).toEqual(['uid-a']);
    expect(equal.of('uid-a')).toBeUndefined();
  });

  it('are not told of a policy that went while they were looked for', () => {
    const { equal, groups } = setUp();
    const [a, b] = [policy('a', [rule('Allow')]), policy('b', [rule('Drop')])];
    equal.policyChanged(undefined, a);
    equal.policyChanged(undefined, b);
    const steps = equal.look((name) => groups.get(name));
    steps.next();
    equal.policyChanged(b, undefined);
    toTheEnd(steps);
    expect(equal.of('uid-b')).toBeUndefined();
    expect(toTheEnd(equal.look((name) => groups.get(name)))).toEqual(['uid-a']);
  });

  it('are looked for by Pods, not by pairs of policies', () => {
    const { equal, groups } = setUp();
    const count = 10_000;
    groups.set(
      'many',
      Array.from({ length: count }, (_, index) => pod(`p${index}`)),
    );
    for (let index = 0; index < count; index += 1) {
      equal.policyChanged(
        undefined,
        policy(`p${index}`, [rule(index % 2 ? 'Allow' : 'Drop')], { appliedToGroups: ['many'] }),
      );
    }
    let asked = 0;
    const differing = toTheEnd(
      equal.look((name) => {
        asked += 1;
        return groups.get(name);
      }),
    );
    expect(differing).toHaveLength(count);
    expect(asked).toBe(2);
  });
});
