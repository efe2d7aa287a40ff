import { createHash } from 'node:crypto';
import type { AntreaPolicy, ClusterGroup, GroupMember, K8sNetworkPolicy, LabelSelector, Pod } from '@antrea-ts/apis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterObjectKind, ClusterObjects } from './cluster-objects.js';
import { ClusterPolicies } from './cluster-policies.js';
import type { PlacedMember } from './entity.js';
import type { ClusterChanges, GroupChange } from './views.js';
import { groupName } from './group-name.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const nameOf = (text: string): string => groupName(text, sha1);

type Event = {
  readonly [K in ClusterObjectKind]: { kind: K; key: string; object?: ClusterObjects[K] };
}[ClusterObjectKind];

/** Follows changes as a watcher does, who knows only what it is told. */
class Replica {
  readonly policies = new Map<string, unknown>();
  readonly spans = new Map<string, string[]>();
  readonly members = new Map<string, Map<string, GroupMember>>();

  take(changes: ClusterChanges): void {
    for (const { before, after } of changes.networkPolicies) {
      if (before && before.name !== after?.name) this.#forget(`policy/${before.name}`);
      if (after) {
        this.policies.set(`policy/${after.name}`, after.wire);
        this.spans.set(`policy/${after.name}`, [...after.span].sort());
      } else if (before) this.#forget(`policy/${before.name}`);
    }
    for (const change of changes.appliedToGroups) this.#group('targets', change);
    for (const change of changes.addressGroups) this.#group('peers', change);
  }

  #forget(name: string): void {
    this.policies.delete(name);
    this.members.delete(name);
    this.spans.delete(name);
  }

  #group(role: string, { before, after, members }: GroupChange): void {
    // A Node is told of its own targets only, and of all peers.
    const keyOf = ({ member, node }: PlacedMember): string =>
      JSON.stringify(role === 'targets' ? [node, member] : member);
    const name = `${role}/${(after ?? before)!.name}`;
    if (!after) return this.#forget(name);
    this.spans.set(name, [...after.span].sort());
    if (!members) {
      this.members.set(name, new Map(after.members().map((each) => [keyOf(each), each.member])));
      return;
    }
    const known = this.members.get(name)!;
    // As agents do: one that comes and goes at once is gone.
    for (const each of members.added) known.set(keyOf(each), each.member);
    for (const each of members.removed) {
      expect(known.delete(keyOf(each)), `${name} had ${keyOf(each)}`).toBe(true);
    }
  }

  state(): unknown {
    const sorted = <V>(map: Map<string, V>, value: (v: V) => unknown): unknown[] =>
      [...map].map(([key, v]) => [key, value(v)]).sort(([a], [b]) => String(a).localeCompare(String(b)));
    return {
      policies: sorted(this.policies, (wire) => wire),
      spans: sorted(this.spans, (span) => span),
      members: sorted(this.members, (members) => [...members.keys()].sort()),
    };
  }
}

function computed(...events: Event[]) {
  const policies = new ClusterPolicies({ sha1 });
  const replica = new Replica();
  for (const { kind, key, object } of events) policies.set(kind, key, object);
  replica.take(policies.takeChanges());
  return { policies, replica };
}

const namespace = (name: string, labels: Record<string, string> = {}): Event => ({
  kind: 'namespace',
  key: name,
  object: { metadata: { name, labels } },
});

function pod(
  key: string,
  labels: Record<string, string>,
  options: { node?: string; ip?: string } & Partial<Pod['spec']> = {},
): Event {
  const [ns = '', name = ''] = key.split('/');
  const { node = 'n1', ip = '10.0.0.1', ...spec } = options;
  return {
    kind: 'pod',
    key,
    object: { metadata: { namespace: ns, name, labels }, spec: { nodeName: node, ...spec }, status: { podIP: ip } },
  };
}

function k8s(key: string, spec: K8sNetworkPolicy['spec']): Event {
  const [ns = '', name = ''] = key.split('/');
  return {
    kind: 'k8sNetworkPolicy',
    key,
    object: { metadata: { namespace: ns, name, uid: `uid-${name}` }, spec: spec! },
  };
}

function acnp(name: string, spec: Partial<AntreaPolicy['spec']>): Event {
  return {
    kind: 'clusterNetworkPolicy',
    key: name,
    object: { metadata: { name, uid: `uid-${name}`, generation: 3 }, spec: { priority: 5, ...spec } },
  };
}

const labels = (app: string): LabelSelector => ({ matchLabels: { app } });

describe('names of groups', () => {
  it.each([
    ['namespace=default And podSelector=', 'b72edd42-0f24-5ec4-a7a7-ecd0e323b822'],
    ['namespace=default And podSelector=app=web', '0f4789f6-6f28-5440-8ad4-46d8ac276643'],
    ['namespaceSelector= And podSelector=', '3531148b-82bf-5ed7-96d1-2b55af7949de'],
    ['namespaceSelector=', '946d5846-ff34-5a8c-ab0b-2c6c271b0778'],
    ['namespaceSelector=env=prod And podSelector=app in (a,b),tier', '1d3c62f8-6229-56c9-a6e0-d79ea2042001'],
    ['namespace=default', '727a455c-33c8-5e96-8d14-8e3242745847'],
  ])('of %s', (text, name) => expect(nameOf(text)).toBe(name));
});

describe('a Kubernetes NetworkPolicy', () => {
  it('becomes rules, groups and the Nodes that need them', () => {
    const { policies } = computed(
      namespace('default'),
      pod('default/web', { app: 'web' }, { node: 'n1', ip: '10.0.0.1' }),
      pod('default/client', { app: 'client' }, { node: 'n2', ip: '10.0.0.2' }),
      k8s('default/np', {
        podSelector: labels('web'),
        ingress: [
          { from: [{ podSelector: labels('client') }], ports: [{ port: 80 }, { port: 'dns', protocol: 'UDP' }] },
        ],
      }),
    );
    const [view] = [...policies.policies()];
    const targets = nameOf('namespace=default And podSelector=app=web');
    const peers = nameOf('namespace=default And podSelector=app=client');
    expect([...view!.span]).toEqual(['n1']);
    expect(view!.wire).toEqual({
      metadata: { name: 'uid-np', uid: 'uid-np', generation: 0 },
      sourceRef: { type: 'K8sNetworkPolicy', namespace: 'default', name: 'np', uid: 'uid-np' },
      appliedToGroups: [targets],
      rules: [
        {
          direction: 'In',
          from: { addressGroups: [peers] },
          services: [
            { protocol: 'TCP', port: 80 },
            { protocol: 'UDP', port: 'dns' },
          ],
          priority: -1,
          action: 'Allow',
          enableLogging: false,
        },
      ],
    });
  });

  it.each<[string, K8sNetworkPolicy['spec'], unknown[]]>([
    ['no rules isolates', { podSelector: {} }, [['In', {}]]],
    [
      'both types isolate both ways',
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      [
        ['In', {}],
        ['Out', {}],
      ],
    ],
    ['Egress alone', { podSelector: {}, policyTypes: ['Egress'] }, [['Out', {}]]],
    [
      'an empty rule allows every address',
      { podSelector: {}, ingress: [{}] },
      [
        [
          'In',
          {
            ipBlocks: [
              { cidr: { ip: 'AAAAAAAAAAAAAP//AAAAAA==', prefixLength: 0 } },
              { cidr: { ip: 'AAAAAAAAAAAAAAAAAAAAAA==', prefixLength: 0 } },
            ],
          },
        ],
      ],
    ],
    [
      'a peer that cannot be is nobody, the others stay',
      { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }, { podSelector: {} }] }] },
      [['In', { addressGroups: [nameOf('namespace=default And podSelector=')] }]],
    ],
    [
      'a rule of which nothing is left isolates all the same',
      {
        podSelector: {},
        ingress: [{ ports: [{ port: 70_000 }] }, { from: [{ podSelector: { matchLabels: 7 as never } }] }],
      },
      [
        ['In', {}],
        ['In', {}],
      ],
    ],
    [
      'an exception outside of its block',
      { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24', except: ['10.1.0.0/28'] } }] }] },
      [['In', {}]],
    ],
  ])('%s', (_, spec, expected) => {
    const { policies } = computed(namespace('default'), k8s('default/np', spec));
    const [view] = [...policies.policies()];
    expect(view!.wire.rules!.map(({ direction, from, to }) => [direction, from ?? to])).toEqual(expected);
  });

  it('tells what of a rule cannot be read', () => {
    const { policies } = computed(
      k8s('default/np', { egress: [{ to: [{ ipBlock: { cidr: '010.0.0.0/8' } }] }], policyTypes: ['Egress'] }),
    );
    expect([...policies.policies()][0]!.policy.problems).toEqual([
      {
        text: 'spec.egress[0].to[0].ipBlock.cidr 010.0.0.0/8 is no CIDR: until corrected, it allows nothing',
        effect: 'leftOut',
      },
    ]);
  });
});

describe('groups', () => {
  const everyone = k8s('default/np', { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] });
  const peers = nameOf('namespaceSelector=');
  const targets = nameOf('namespace=default And podSelector=');

  it.each([3, 100])('of %i members tell a Node of its own, also after a change', (count) => {
    const pods = Array.from({ length: count }, (_, i) => pod(`default/p${i}`, {}, { node: i % 2 ? 'n1' : 'n2' }));
    const { policies } = computed(namespace('default'), ...pods, k8s('default/np', { podSelector: {} }));
    for (const node of ['n1', 'n2', 'n3']) {
      const event = pod('default/p0', {}, { node });
      policies.set('pod', event.key, event.object as Pod);
      const { after } = policies.takeChanges().appliedToGroups[0] ?? {};
      if (!after) continue;
      for (const each of ['n1', 'n2', 'n3', 'n4']) {
        const expected = after.members().filter((member) => member.node === each);
        expect(after.wireMembers(each)).toEqual(expected.map(({ member }) => member));
      }
      expect(after.wireMembers()).toHaveLength(count);
    }
  });

  it('leave out who has no network of its own, has ended, has no Node or has no address', () => {
    const { replica } = computed(
      namespace('default'),
      everyone,
      pod('default/ok', {}),
      pod('default/host', {}, { hostNetwork: true }),
      pod('default/unscheduled', {}, { node: '' }),
      pod('default/no-ip', {}, { ip: '' }),
      {
        kind: 'pod',
        key: 'default/ended',
        object: {
          metadata: { namespace: 'default', name: 'ended' },
          spec: { nodeName: 'n1' },
          status: { podIP: '10.0.0.9', phase: 'Succeeded' },
        },
      },
    );
    const names = (group: string): string[] =>
      [...replica.members.get(group)!.values()].map(({ pod: of }) => of!.name).sort();
    expect(names(`targets/${targets}`)).toEqual(['no-ip', 'ok']);
    expect(names(`peers/${peers}`)).toEqual(['ok', 'unscheduled']);
  });

  it('tell a Pod that was made anew elsewhere as another member', () => {
    const { policies, replica } = computed(namespace('default'), everyone, pod('default/a', {}, { node: 'n1' }));
    policies.set('pod', 'default/a', pod('default/a', {}, { node: 'n2', ip: '10.0.0.7' }).object as Pod);
    const changes = policies.takeChanges();
    replica.take(changes);
    expect(replica.spans.get(`targets/${targets}`)).toEqual(['n2']);
    expect(replica.spans.get('policy/uid-np')).toEqual(['n2']);
    expect(replica.spans.get(`peers/${peers}`)).toEqual(['n2']);
    expect(changes.appliedToGroups[0]!.members).toMatchObject({ added: [{ node: 'n2' }], removed: [{ node: 'n1' }] });
  });

  it('of peers are told nothing of a Pod that was made anew elsewhere with the same address', () => {
    const { policies, replica } = computed(namespace('default'), everyone, pod('default/a', {}, { node: 'n1' }));
    policies.set('pod', 'default/a', pod('default/a', {}, { node: 'n2' }).object as Pod);
    const changes = policies.takeChanges();
    replica.take(changes);
    expect(changes.appliedToGroups[0]!.members).toMatchObject({ added: [{ node: 'n2' }], removed: [{ node: 'n1' }] });
    expect(changes.addressGroups[0]!.members).toEqual({ added: [], removed: [] });
    expect(replica.members.get(`peers/${peers}`)?.size).toBe(1);
  });

  it('are told nothing of what changes nothing', () => {
    const { policies } = computed(namespace('default'), everyone, pod('default/a', {}));
    policies.set('pod', 'default/a', pod('default/a', {}).object as Pod);
    policies.set('k8sNetworkPolicy', 'default/np', everyone.object as K8sNetworkPolicy);
    policies.set('namespace', 'default', { metadata: { name: 'default', labels: {} } });
    expect(policies.takeChanges()).toEqual({
      networkPolicies: [],
      appliedToGroups: [],
      addressGroups: [],
      clusterGroups: [],
    });
  });

  it('select by labels of Namespaces, once the Namespace is known', () => {
    const rule = k8s('default/np', {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: 'prod' } }, podSelector: labels('a') }] }],
    });
    const group = `peers/${nameOf('namespaceSelector=env=prod And podSelector=app=a')}`;
    const { policies, replica } = computed(rule, pod('other/a', { app: 'a' }), pod('other/b', { app: 'b' }));
    expect(replica.members.get(group)!.size).toBe(0);
    const label = (env: string | undefined): void => {
      policies.set('namespace', 'other', { metadata: { name: 'other', labels: env === undefined ? {} : { env } } });
      replica.take(policies.takeChanges());
    };
    label('prod');
    expect(replica.members.get(group)!.size).toBe(1);
    label('dev');
    expect(replica.members.get(group)!.size).toBe(0);
  });
});

describe('what applies to a Pod', () => {
  it('is known once the Pod is on its Node', () => {
    const { policies } = computed(
      namespace('default'),
      pod('default/a', { app: 'a' }, { node: '' }),
      k8s('default/np', { podSelector: labels('a') }),
      k8s('default/other', { podSelector: labels('b') }),
      acnp('p', { appliedTo: [{ group: 'g' }], ingress: [{ action: 'Drop' }] }),
    );
    policies.set('clusterGroup', 'g', { metadata: { name: 'g', uid: 'uid-g' }, spec: { podSelector: labels('a') } });
    policies.takeChanges();
    expect(policies.appliedToPod('default/a', 'n1')).toBeUndefined();
    policies.set('pod', 'default/a', pod('default/a', { app: 'a' }, { node: 'n1' }).object as Pod);
    expect(policies.appliedToPod('default/a', 'n2')).toBeUndefined();
    expect(policies.appliedToPod('default/a', 'n1')).toEqual({
      policies: ['uid-np', 'uid-p'],
      appliedToGroups: [nameOf('namespace=default And podSelector=app=a'), 'g'],
    });
  });
});

describe('the policies of a Pod', () => {
  const from = (...peers: object[]) => ({ from: peers, action: 'Allow' as const });
  const { policies } = computed(
    namespace('default'),
    pod('default/a', { app: 'a' }),
    pod('default/b', { app: 'b' }),
    {
      kind: 'clusterGroup',
      key: 'g',
      object: { metadata: { name: 'g', uid: 'uid-g' }, spec: { podSelector: labels('a') } },
    },
    k8s('default/np', { podSelector: labels('a') }),
    acnp('by-rule', { ingress: [{ ...from(), appliedTo: [{ podSelector: labels('a') }] }] }),
    acnp('names', {
      appliedTo: [{ podSelector: labels('b') }],
      ingress: [from({ podSelector: labels('b') }), from({ group: 'g' })],
      egress: [{ to: [{ podSelector: labels('a') }], action: 'Drop' }],
    }),
  );
  const policy = (name: string) => expect.objectContaining({ name, uid: `uid-${name}` });

  it('are those that apply to it, and rules that name it, by their place among those of their direction', () => {
    expect(policies.policiesOfPod('default/a')).toEqual({
      targeting: [policy('by-rule'), policy('np')],
      naming: [
        { policy: policy('names'), direction: 'In', index: 1 },
        { policy: policy('names'), direction: 'Out', index: 0 },
      ],
    });
  });

  it('are unknown without the Pod', () => expect(policies.policiesOfPod('default/c')).toBeUndefined());
});

describe('a ClusterNetworkPolicy', () => {
  it('has the priority of its tier, in whatever order they come', () => {
    const { policies } = computed(acnp('p', { tier: 'secops', appliedTo: [{ podSelector: {} }] }));
    expect([...policies.policies()][0]!.wire).toMatchObject({ priority: 5, tierPriority: 250 });
    policies.set('tier', 'secops', { metadata: { name: 'secops' }, spec: { priority: 100 } });
    policies.takeChanges();
    expect([...policies.policies()][0]!.wire).toMatchObject({ tierPriority: 100 });
  });

  it('applies its own-Namespace peers Namespace by Namespace', () => {
    const { policies } = computed(
      namespace('a', { env: 'x' }),
      namespace('b', { env: 'x' }),
      namespace('c'),
      acnp('p', {
        appliedTo: [{ namespaceSelector: { matchLabels: { env: 'x' } } }],
        ingress: [{ action: 'Allow', from: [{ namespaces: { match: 'Self' } }] }, { action: 'Drop' }],
      }),
    );
    const rules = (): unknown[] =>
      [...policies.policies()][0]!.wire.rules!.map(({ action, from, appliedToGroups }) => ({
        action,
        from: from?.addressGroups,
        appliedToGroups,
      }));
    const own = (ns: string): string => nameOf(`namespace=${ns} And podSelector=`);
    const all = nameOf('namespaceSelector=env=x');
    expect(rules()).toEqual([
      { action: 'Allow', from: [own('a')], appliedToGroups: [own('a')] },
      { action: 'Allow', from: [own('b')], appliedToGroups: [own('b')] },
      { action: 'Drop', from: undefined, appliedToGroups: [all] },
    ]);
    policies.set('namespace', 'c', { metadata: { name: 'c', labels: { env: 'x' } } });
    policies.set('namespace', 'a', undefined);
    policies.takeChanges();
    expect(rules().map((rule) => (rule as { from?: string[] }).from)).toEqual([[own('b')], [own('c')], undefined]);
  });

  it('takes ClusterGroups as they come and go', () => {
    const group = (name: string, spec: ClusterGroup['spec']): ClusterGroup => ({
      metadata: { name, uid: `uid-${name}` },
      spec: spec!,
    });
    const { policies, replica } = computed(
      namespace('default'),
      pod('default/a', { app: 'a' }),
      pod('default/b', { app: 'b' }),
      acnp('p', { appliedTo: [{ group: 'parent' }], ingress: [{ action: 'Drop', from: [{ group: 'child' }] }] }),
    );
    const rule = (): unknown => [...policies.policies()][0]!.wire.rules![0]!.from;
    expect(rule()).toEqual({});
    expect([...policies.policies()][0]!.wire.appliedToGroups).toEqual([]);
    const apply = (name: string, spec?: ClusterGroup['spec']): void => {
      policies.set('clusterGroup', name, spec && group(name, spec));
      replica.take(policies.takeChanges());
    };
    apply('parent', { childGroups: ['child', 'other'] });
    apply('child', { podSelector: labels('a') });
    expect(rule()).toEqual({ addressGroups: ['child'] });
    expect([...policies.policies()][0]!.wire.appliedToGroups).toEqual(['parent']);
    expect(replica.members.get('targets/parent')!.size).toBe(1);
    apply('other', { podSelector: labels('b') });
    expect(replica.members.get('targets/parent')!.size).toBe(2);
    policies.set('service', 'default/s', {
      metadata: { name: 's', namespace: 'default' },
      spec: { selector: { app: 'b' } },
    });
    apply('child', { serviceReference: { namespace: 'default', name: 's' } });
    expect(policies.clusterGroupMembers('child')).toMatchObject({ members: [{ member: { pod: { name: 'b' } } }] });
    expect([...replica.members.get('peers/child')!.values()].map(({ pod: of }) => of!.name)).toEqual(['b']);
    expect(policies.clusterGroupsOf('pod', 'default/b').sort()).toEqual(['child', 'other', 'parent']);
    apply('child', { ipBlocks: [{ cidr: '10.1.0.0/16' }] });
    expect(rule()).toMatchObject({ ipBlocks: [{ cidr: { prefixLength: 16 } }] });
    expect(replica.members.has('peers/child')).toBe(false);
    apply('child');
    expect(rule()).toEqual({});
  });

  it('takes Pods and blocks of addresses from the children of a ClusterGroup together', () => {
    const { policies } = computed(
      {
        kind: 'clusterGroup',
        key: 'both',
        object: { metadata: { name: 'both' }, spec: { childGroups: ['pods', 'nets'] } },
      },
      { kind: 'clusterGroup', key: 'pods', object: { metadata: { name: 'pods' }, spec: { podSelector: {} } } },
      {
        kind: 'clusterGroup',
        key: 'nets',
        object: { metadata: { name: 'nets' }, spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }] } },
      },
      acnp('p', { appliedTo: [{ group: 'both' }], ingress: [{ action: 'Drop', from: [{ group: 'both' }] }] }),
    );
    const { wire } = [...policies.policies()][0]!;
    expect(wire).toMatchObject({
      appliedToGroups: ['both'],
      rules: [{ from: { addressGroups: ['both'], ipBlocks: [{ cidr: { prefixLength: 8 } }] } }],
    });
  });

  it('tells whether all is there that a ClusterGroup refers to', () => {
    const { policies } = computed();
    const set = (name: string, spec: NonNullable<ClusterGroup['spec']>): void =>
      policies.set('clusterGroup', name, { metadata: { name }, spec });
    set('parent', { childGroups: ['child'] });
    expect(policies.takeChanges().clusterGroups).toEqual(['parent']);
    expect(policies.isClusterGroupComplete('parent')).toBe(false);
    set('child', { serviceReference: { namespace: 'ns', name: 'svc' } });
    policies.set('service', 'ns/svc', { metadata: { name: 'svc' }, spec: {} });
    expect(policies.takeChanges().clusterGroups).toEqual(['child', 'parent']);
    expect(policies.isClusterGroupComplete('parent')).toBe(true);
    policies.set('service', 'ns/svc', undefined);
    expect(policies.isClusterGroupComplete('parent')).toBe(false);
    expect(policies.isClusterGroupComplete('nobody')).toBeUndefined();
  });

  it('tells of ClusterGroups that are not there, until they are', () => {
    const { policies } = computed(
      acnp('p', { appliedTo: [{ group: 'webs' }], ingress: [{ action: 'Drop', from: [{ group: 'clients' }] }] }),
    );
    const missing = (): readonly string[] | undefined => {
      policies.takeChanges();
      return [...policies.policies()][0]!.policy.missingGroups;
    };
    const spec = { podSelector: {} };
    expect(missing()).toEqual(['clients', 'webs']);
    policies.set('clusterGroup', 'webs', { metadata: { name: 'webs' }, spec });
    expect(missing()).toEqual(['clients']);
    policies.set('clusterGroup', 'clients', { metadata: { name: 'clients' }, spec });
    expect(missing()).toBeUndefined();
  });
});

const apps = fc.constantFrom('a', 'b', 'c');
const namespaceNames = fc.constantFrom('n1', 'n2');
const selectors: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constant({}),
  apps.map(labels),
  fc.subarray(['a', 'b', 'c'], { minLength: 1 }).map((values) => ({
    matchExpressions: [{ key: 'app', operator: 'In' as const, values }],
  })),
  apps.map((app) => ({ matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: [app] }] })),
  fc.constant({ matchExpressions: [{ key: 'app', operator: 'Exists' as const }] }),
);
const peers = fc.oneof(
  fc.record({ podSelector: selectors }),
  fc.record({ namespaceSelector: selectors }),
  fc.record({ podSelector: selectors, namespaceSelector: selectors }),
);
const groupNames = fc.constantFrom('g1', 'g2', 'g3');
const antreaRules = fc.array(
  fc.record({
    action: fc.constantFrom('Allow' as const, 'Drop' as const),
    from: fc.array(
      fc.oneof(
        peers,
        groupNames.map((group) => ({ group })),
        fc.constant({ namespaces: { match: 'Self' } }),
      ),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
);

const some = <T>(object: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(object, { nil: undefined, freq: 4 });
const events: fc.Arbitrary<Event> = fc.oneof(
  fc.tuple(namespaceNames, some(apps)).map(([name, app]) => namespaceEvent(name, app)),
  fc
    .tuple(
      namespaceNames,
      fc.constantFrom('p1', 'p2', 'p3'),
      some(fc.tuple(apps, fc.constantFrom('x', 'y'), fc.nat(3))),
    )
    .map(([ns, name, state]): Event => {
      if (!state) return { kind: 'pod', key: `${ns}/${name}` };
      const [app, node, ip] = state;
      return pod(`${ns}/${name}`, { app }, { node, ip: ip === 0 ? '' : `10.0.0.${ip}` });
    }),
  fc
    .tuple(namespaceNames, fc.constantFrom('k1', 'k2'), some(fc.tuple(selectors, fc.array(peers, { maxLength: 2 }))))
    .map(([ns, name, state]): Event => {
      const key = `${ns}/${name}`;
      if (!state) return { kind: 'k8sNetworkPolicy', key };
      const event = k8s(key, { podSelector: state[0], ingress: [{ from: state[1] }] });
      return { ...event, object: { ...event.object, metadata: { ...event.object!.metadata, uid: key } } } as Event;
    }),
  fc
    .tuple(
      fc.constantFrom('c1', 'c2'),
      some(
        fc.tuple(
          fc.oneof(
            peers,
            groupNames.map((group) => ({ group })),
          ),
          antreaRules,
          fc.constantFrom('', 't1'),
        ),
      ),
    )
    .map(([name, state]): Event => {
      if (!state) return { kind: 'clusterNetworkPolicy', key: name };
      return acnp(name, { appliedTo: [state[0]], ingress: state[1], tier: state[2] });
    }),
  fc
    .tuple(
      groupNames,
      some(
        fc.oneof(
          fc.record({ podSelector: selectors }),
          fc.record({ childGroups: fc.subarray(['g2', 'g3']) }),
          fc.constant({ ipBlocks: [{ cidr: '10.9.0.0/16' }] }),
          fc.constant({ serviceReference: { namespace: 'n1', name: 's' } }),
        ),
      ),
    )
    .map(([name, spec]): Event => ({
      kind: 'clusterGroup',
      key: name,
      ...(spec ? { object: { metadata: { name, uid: `uid-${name}` }, spec } } : {}),
    })),
  some(apps).map((app): Event => ({
    kind: 'service',
    key: 'n1/s',
    ...(app === undefined ? {} : { object: { metadata: { name: 's', namespace: 'n1' }, spec: { selector: { app } } } }),
  })),
  some(fc.constantFrom(10, 20)).map((priority): Event => ({
    kind: 'tier',
    key: 't1',
    ...(priority === undefined ? {} : { object: { metadata: { name: 't1' }, spec: { priority } } }),
  })),
);

function namespaceEvent(name: string, app: string | undefined): Event {
  return app === undefined ? { kind: 'namespace', key: name } : namespace(name, { app });
}

describe('whatever the way', () => {
  it('the state is that of the objects, and the changes that were told add up to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(events, fc.boolean()), { maxLength: 40, size: 'max' }),
        fc.infiniteStream(fc.nat()),
        (steps, order) => {
          const walked = new ClusterPolicies({ sha1 });
          const replica = new Replica();
          const last = new Map<string, Event>();
          for (const [event, isTold] of steps) {
            walked.set(event.kind, event.key, event.object);
            last.set(`${event.kind}/${event.key}`, event);
            if (isTold) replica.take(walked.takeChanges());
          }
          replica.take(walked.takeChanges());

          const shuffled = [...last.values()]
            .filter(({ object }) => object !== undefined)
            .map((event) => [order.next().value as number, event] as const)
            .sort(([a], [b]) => a - b)
            .map(([, event]) => event);
          const { replica: direct, policies } = computed(...shuffled);
          expect(replica.state()).toEqual(direct.state());
          expect(walked.counts()).toEqual(policies.counts());
        },
      ),
      { numRuns: 250 },
    );
  });
});
