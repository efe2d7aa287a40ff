import { createHash } from 'node:crypto';
import type { ControlplaneGroup, ControlplaneNetworkPolicy, GroupMember, NetworkPolicyRule } from '@antrea-ts/apis';
import { formatCidr, formatIp, ipToBytes, parseCidr, parseIp } from '@antrea-ts/net-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompletedRule, RuleChanges } from './completed-rule.js';
import { NodeRules, type ControlplaneKind } from './node-rules.js';
import { readSnapshot, writeSnapshot } from './snapshot.js';

const hash = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 16);
const base64 = (ip: string): string => Buffer.from(ipToBytes(parseIp(ip))).toString('base64');
const pod = (name: string, ...ips: string[]): GroupMember => ({ pod: { namespace: 'ns', name }, ips: ips.map(base64) });
const group = (name: string, ...groupMembers: GroupMember[]): ControlplaneGroup => ({
  metadata: { name },
  groupMembers,
});
const allow: NetworkPolicyRule = {
  direction: 'In',
  from: { addressGroups: ['clients'] },
  services: [{ protocol: 'TCP', port: 80 }],
  enableLogging: false,
  priority: -1,
};

function policy(uid: string, fields: Partial<ControlplaneNetworkPolicy> = {}): ControlplaneNetworkPolicy {
  return {
    metadata: { name: uid, generation: 1 },
    appliedToGroups: ['targets'],
    rules: [allow],
    sourceRef: { type: 'K8sNetworkPolicy', namespace: 'ns', name: `of-${uid}`, uid },
    ...fields,
  };
}

function inSync(...policies: ControlplaneNetworkPolicy[]): NodeRules {
  const rules = new NodeRules({ hash });
  rules.replace('networkPolicies', policies);
  rules.replace('appliedToGroups', [group('targets', pod('web', '10.0.0.1'))]);
  rules.replace('addressGroups', [group('clients', pod('client', '10.0.0.2'))]);
  return rules;
}

/** Rules as text, without the order of members that nobody depends on. */
function shown(rules: Iterable<CompletedRule>): string[] {
  return [...rules]
    .map(({ targets, peers, ...text }) =>
      JSON.stringify({
        ...text,
        targets: targets.map(({ key }) => key).sort(),
        members: peers.members.map(({ key }) => key).sort(),
        blocks: peers.ipBlocks.map(({ cidr, except }) => [cidr, ...except].map(formatCidr).join()),
        fqdns: peers.fqdns,
      }),
    )
    .sort();
}

describe('what is given out', () => {
  it('is nothing before all kinds were stated whole', () => {
    const rules = new NodeRules({ hash });
    rules.set('networkPolicies', policy('a'));
    rules.replace('networkPolicies', [policy('a')]);
    rules.replace('appliedToGroups', []);
    expect(rules.takeChanges()).toEqual({ added: [], patched: [], removed: [] });
    expect(rules.snapshot()).toBeUndefined();
    rules.replace('addressGroups', []);
    expect(rules.takeChanges().added).toHaveLength(1);
  });

  it('is a rule with its members, once', () => {
    const rules = inSync(policy('a'));
    const [rule] = rules.takeChanges().added;
    expect(rule).toMatchObject({ direction: 'In', action: 'Allow', services: [{ protocol: 'TCP', port: 80 }] });
    expect(rule?.targets.map(({ pod: of }) => of?.name)).toEqual(['web']);
    expect(rule?.peers.members.flatMap(({ addresses }) => addresses.map(formatIp))).toEqual(['10.0.0.2']);
    expect(rule).not.toHaveProperty('priority');
    expect(rules.takeChanges()).toEqual({ added: [], patched: [], removed: [] });
  });

  it('is what came and went in a group, to each rule that uses it', () => {
    const rules = inSync(policy('a'), policy('b'));
    rules.takeChanges();
    rules.patch('addressGroups', {
      metadata: { name: 'clients' },
      addedGroupMembers: [pod('new', '10.0.0.3')],
      removedGroupMembers: [pod('client', '10.0.0.2')],
    });
    const { added, patched, removed } = rules.takeChanges();
    expect([added.length, patched.length, removed.length]).toEqual([0, 2, 0]);
    expect(patched[0]?.addedMembers.map(({ pod: of }) => of?.name)).toEqual(['new']);
    expect(patched[1]?.removedMembers.map(({ pod: of }) => of?.name)).toEqual(['client']);
  });

  it('leaves rules alone whose text stays, when their policy is edited', () => {
    const other: NetworkPolicyRule = { ...allow, services: [{ port: 81 }] };
    const rules = inSync(policy('a', { rules: [allow, other] }));
    const before = rules.takeChanges().added.map(({ id }) => id);
    rules.set('networkPolicies', policy('a', { rules: [allow, { ...other, enableLogging: true }] }));
    const { added, patched, removed } = rules.takeChanges();
    expect(removed).toEqual(before.slice(1));
    expect([added.length, patched.length]).toEqual([1, 0]);
    expect(before).not.toContain(added[0]?.id);
  });

  it('is another rule where a block is of the other IP version, be its bits the same', () => {
    const to = (cidr: string): NetworkPolicyRule => {
      const { address, prefixLength } = parseCidr(cidr);
      return { ...allow, from: { ipBlocks: [{ cidr: { ip: base64(formatIp(address)), prefixLength } }] } };
    };
    const blocks = (rules: Iterable<CompletedRule>): string[] =>
      [...rules].flatMap(({ peers }) => peers.ipBlocks.map(({ cidr }) => formatCidr(cidr))).sort();
    const rules = inSync(policy('a', { rules: [to('0.0.0.0/0')] }));
    rules.takeChanges();
    rules.set('networkPolicies', policy('a', { rules: [to('::/0')] }));
    const { added, removed } = rules.takeChanges();
    expect([blocks(added), removed.length]).toEqual([['::/0'], 1]);
    expect(blocks(inSync(policy('b', { rules: [to('0.0.0.0/0'), to('::/0')] })).rules())).toEqual([
      '0.0.0.0/0',
      '::/0',
    ]);
  });

  it('is what a whole list lacks, too: after a reconnection only the difference is told', () => {
    const rules = inSync(policy('a'), policy('b'));
    const [, b] = rules.takeChanges().added;
    rules.replace('networkPolicies', [policy('a')]);
    rules.replace('appliedToGroups', [group('targets', pod('web', '10.0.0.1'))]);
    rules.replace('addressGroups', [group('other')]);
    const { added, patched, removed } = rules.takeChanges();
    expect([added, removed]).toEqual([[], [b?.id]]);
    expect(patched.map(({ removedMembers }) => removedMembers.length)).toEqual([1]);
  });

  it('of a rule without its groups selects nothing, and the policy is not complete', () => {
    const rules = inSync(policy('a'));
    rules.remove('addressGroups', 'clients');
    const [rule] = rules.takeChanges().added;
    expect([rule?.targets.length, rule?.peers.members.length]).toEqual([1, 0]);
    expect(rules.policy('a')).toMatchObject({ complete: false, effectiveRules: [rule?.id] });
    rules.remove('appliedToGroups', 'targets');
    expect(rules.takeChanges().patched[0]?.removedTargets).toHaveLength(1);
    expect(rules.policy('a')).toMatchObject({ complete: false, effectiveRules: [] });
  });

  it('of a policy without rules is nothing, and all of it', () => {
    const rules = inSync(policy('a', { rules: [] }));
    expect(rules.takeChanges().added).toEqual([]);
    expect(rules.policy('a')).toMatchObject({ complete: true, effectiveRules: [] });
  });

  it('of an Antrea rule has its priority', () => {
    const sourceRef = { type: 'AntreaClusterNetworkPolicy', name: 'acnp', uid: 'a' } as const;
    const drop: NetworkPolicyRule = { ...allow, action: 'Drop', priority: 3, name: 'no' };
    const rules = inSync(policy('a', { sourceRef, priority: 5, tierPriority: 250, rules: [drop] }));
    expect(rules.takeChanges().added[0]).toMatchObject({
      priority: { tier: 250, policy: 5, rule: 3 },
      action: 'Drop',
      name: 'no',
    });
  });
});

it('reads addresses of 16 bytes that hold IPv4 ones', () => {
  const rules = inSync(
    policy('a', {
      rules: [{ ...allow, from: { ipBlocks: [{ cidr: { ip: base64('::ffff:10.1.2.0'), prefixLength: 24 } }] } }],
    }),
  );
  rules.set('appliedToGroups', group('targets', pod('web', '::ffff:10.0.0.1', 'fd00::1')));
  const [rule] = rules.takeChanges().added;
  expect(rule?.targets.flatMap(({ addresses }) => addresses.map(formatIp))).toEqual(['10.0.0.1', 'fd00::1']);
  expect(rule?.peers.ipBlocks.map(({ cidr }) => formatCidr(cidr))).toEqual(['10.1.2.0/24']);
});

describe('nonsense', () => {
  const block = (ip: string, prefixLength: number) => ({
    rules: [{ ...allow, from: { ipBlocks: [{ cidr: { ip, prefixLength } }] } }],
  });
  it.each([
    ['networkPolicies', null, 'is no object'],
    ['networkPolicies', { metadata: {} }, 'sourceRef is no object'],
    ['networkPolicies', policy('a', { sourceRef: undefined as never }), 'sourceRef is no object'],
    ['networkPolicies', policy('a', { rules: 7 as never }), 'rules is no list'],
    [
      'networkPolicies',
      policy('a', { rules: [{ ...allow, direction: 'Up' as never }] }),
      'rules[0].direction is none of In, Out',
    ],
    [
      'networkPolicies',
      policy('a', { rules: [{ ...allow, action: 'Drop' }] }),
      'rules[0].action is not Allow, and Kubernetes policies only allow',
    ],
    [
      'networkPolicies',
      policy('a', { rules: [{ ...allow, services: [{ port: 80, endPort: 79 }] }] }),
      'rules[0].services[0].endPort is before port',
    ],
    [
      'networkPolicies',
      policy('a', { rules: [{ ...allow, services: [{ port: 65536 }] }] }),
      'rules[0].services[0].port is not a number from 0 to 65535',
    ],
    [
      'networkPolicies',
      policy('a', { rules: [{ ...allow, services: [{ protocol: 'ICMP' }] }] }),
      'rules[0].services[0].protocol is none of TCP, UDP, SCTP',
    ],
    ['networkPolicies', policy('a', block('AAAA', 8)), 'rules[0].from.ipBlocks[0].cidr.ip is no address'],
    [
      'networkPolicies',
      policy('a', block(base64('10.0.0.0'), 33)),
      'rules[0].from.ipBlocks[0].cidr.prefixLength is not a number from 0 to 32',
    ],
    ['addressGroups', group('clients', { pod: { name: '', namespace: 'x' } }), 'pod.name is empty'],
    ['addressGroups', group('clients', { ips: ['*'] }), 'ips[0] is no address'],
  ] as const)('in %s is refused, and what was there stays: %#', (kind, object, reason) => {
    const rules = inSync(policy('a'));
    rules.takeChanges();
    const before = shown(rules.rules());
    expect(rules.set(kind as ControlplaneKind, object)?.reason).toBe(reason);
    expect(rules.replace(kind as ControlplaneKind, [object])).toHaveLength(1);
    if (object?.metadata && 'name' in object.metadata) expect(shown(rules.rules())).toEqual(before);
  });

  it('in a patch is refused whole', () => {
    const rules = inSync(policy('a'));
    rules.takeChanges();
    const patch = { metadata: { name: 'clients' }, addedGroupMembers: [pod('b', '10.0.0.3'), { ips: [7] }] };
    expect(rules.patch('addressGroups', patch)).toMatchObject({ kind: 'addressGroups', name: 'clients' });
    expect(rules.patch('addressGroups', { metadata: { name: 'other' } })?.reason).toBe('it is not known');
    expect(rules.takeChanges().patched).toEqual([]);
  });

  it('of any kind never throws', () => {
    const seed = JSON.parse(JSON.stringify([policy('a'), group('clients', pod('c', '10.0.0.9'))])) as object[];
    fc.assert(
      fc.property(
        fc.nat(1),
        fc.array(fc.nat(8), { maxLength: 6 }),
        fc.jsonValue({ maxDepth: 2 }),
        (which, path, value) => {
          const object = structuredClone(seed[which]) as object;
          replaceAt(object, path, value);
          const rules = inSync(policy('a'));
          for (const kind of ['networkPolicies', 'addressGroups'] as const) rules.set(kind, object);
          rules.patch('addressGroups', object);
          rules.takeChanges();
          expect(rules.rules().length).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Walks by indexes of keys and puts a value where the path ends. */
function replaceAt(object: object, path: readonly number[], value: unknown): void {
  let at = object as Record<string, unknown>;
  for (const step of path) {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(keys.length, 1)];
    if (key === undefined) return;
    const next = at[key];
    if (typeof next !== 'object' || next === null || step === path.at(-1)) {
      at[key] = value;
      return;
    }
    at = next as Record<string, unknown>;
  }
}

describe('the order of events', () => {
  const names = ['g1', 'g2', 'g3'];
  const members = [pod('a', '10.0.0.1'), pod('b', '10.0.0.2'), pod('c', '10.0.0.3'), pod('a', '10.0.0.4')];
  const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);
  const policyOf = fc
    .record({ uid: fc.constantFrom('p1', 'p2'), applied: some(names), from: some(names), ports: some([80, 81, 82]) })
    .map(({ uid, applied, from, ports }) =>
      policy(uid, {
        appliedToGroups: applied,
        rules: ports.map((port) => ({ ...allow, from: { addressGroups: from }, services: [{ port }] })),
      }),
    );
  const groupOf = fc.record({ name: fc.constantFrom(...names), has: some(members) });
  const kindOf = fc.constantFrom('appliedToGroups' as const, 'addressGroups' as const);
  const step = fc.oneof(
    policyOf.map((object) => (rules: NodeRules) => void rules.set('networkPolicies', object)),
    fc.constantFrom('p1', 'p2').map((name) => (rules: NodeRules) => rules.remove('networkPolicies', name)),
    fc.tuple(kindOf, groupOf).map(
      ([kind, { name, has }]) =>
        (rules: NodeRules) =>
          void rules.set(kind, group(name, ...has)),
    ),
    fc.tuple(kindOf, fc.constantFrom(...names)).map(
      ([kind, name]) =>
        (rules: NodeRules) =>
          rules.remove(kind, name),
    ),
    fc.tuple(kindOf, groupOf, some(members)).map(([kind, { name, has }, gone]) => (rules: NodeRules) => {
      const removedGroupMembers = gone.filter((member) => !has.includes(member));
      rules.patch(kind, { metadata: { name }, addedGroupMembers: has, removedGroupMembers });
    }),
  );

  it('and when changes are taken make no difference', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 40, size: 'max' }), (steps) => {
        const rules = inSync();
        const told = new Map<string, CompletedRule>();
        for (const [change, take] of steps) {
          change(rules);
          if (take) follow(told, rules.takeChanges());
        }
        follow(told, rules.takeChanges());
        expect(shown(told.values())).toEqual(shown(rules.rules()));

        const anew = new NodeRules({ hash });
        const snapshot = rules.snapshot();
        anew.replace('addressGroups', snapshot?.addressGroups.toReversed() ?? []);
        anew.replace('networkPolicies', snapshot?.networkPolicies.toReversed() ?? []);
        anew.replace('appliedToGroups', snapshot?.appliedToGroups ?? []);
        expect(shown(anew.takeChanges().added)).toEqual(shown(rules.rules()));
      }),
      { numRuns: 300 },
    );
  });

  function follow(told: Map<string, CompletedRule>, { added, patched, removed }: RuleChanges): void {
    for (const id of removed) expect(told.delete(id)).toBe(true);
    for (const patch of patched) {
      const rule = told.get(patch.id) as CompletedRule;
      const targets = changed(rule.targets, patch.addedTargets, patch.removedTargets);
      const peers = { ...rule.peers, members: changed(rule.peers.members, patch.addedMembers, patch.removedMembers) };
      told.set(patch.id, { ...rule, targets, peers });
    }
    for (const rule of added) told.set(rule.id, rule);
  }

  function changed<T>(list: readonly T[], added: readonly T[], removed: readonly T[]): T[] {
    const left = [...list, ...added];
    for (const gone of removed) {
      const index = left.findIndex((each) => JSON.stringify(each, big) === JSON.stringify(gone, big));
      expect(index).toBeGreaterThanOrEqual(0);
      left.splice(index, 1);
    }
    return left;
  }
  const big = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);
});

describe('a snapshot', () => {
  const text = writeSnapshot(inSync(policy('a')).snapshotTexts()!, hash);

  it('is read back as it was', () => {
    const read = readSnapshot(text, hash);
    expect(read).toEqual({ kind: 'read', snapshot: JSON.parse(JSON.stringify(inSync(policy('a')).snapshot())) });
  });

  it('that was damaged, cut or written by another version is none', () => {
    expect(readSnapshot('', hash).kind).toBe('unusable');
    expect(readSnapshot(text.replace('"version":1', '"version":2'), hash)).toMatchObject({
      reason: 'its version is not 1',
    });
    expect(readSnapshot(text, hash, 10)).toMatchObject({ reason: 'it is longer than 10 characters' });
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.boolean(), (at, other, cut) => {
        const damaged = cut ? text.slice(0, at) : text.slice(0, at) + other + text.slice(at + 1);
        if (damaged.trimEnd() === text.trimEnd()) return;
        expect(readSnapshot(damaged, hash).kind).toBe('unusable');
      }),
      { numRuns: 500 },
    );
  });
});
