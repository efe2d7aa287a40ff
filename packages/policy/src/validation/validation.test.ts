import { createHash } from 'node:crypto';
import type { AntreaPolicy, AntreaPolicyRule, ClusterGroup, Tier } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import { convertClusterGroup, currentClusterGroupSpec, validateClusterGroup } from './cluster-group.js';
import { mutateNamespace } from './mutate-namespace.js';
import { mutatePolicy, ruleName } from './mutate-policy.js';
import { validatePolicy } from './policy-rules.js';
import { validateTierCreate, validateTierDelete, validateTierUpdate } from './tier.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const allow: AntreaPolicyRule = { action: 'Allow' };
const everyone = [{ podSelector: {} }];

function policy(spec: Partial<AntreaPolicy['spec']>): AntreaPolicy {
  return { metadata: { name: 'p' }, spec: { priority: 5, appliedTo: everyone, ...spec } };
}

const tierExists = (name: string): boolean => name === 'mine';

describe('validatePolicy', () => {
  it.each<[string, Partial<AntreaPolicy['spec']>]>([
    ['what is right', { ingress: [allow], tier: 'mine' }],
    ['an old name of a tier', { tier: 'SecurityOps' }],
    ['rules without names', { ingress: [allow, allow] }],
    ['each rule for its own', { appliedTo: [], ingress: [{ ...allow, appliedTo: everyone }] }],
    ['ports', { ingress: [{ ...allow, ports: [{ port: 'http' }, { port: 1, endPort: 1 }, { protocol: 'SCTP' }] }] }],
    ['names', { egress: [{ ...allow, to: [{ fqdn: '*.example.com' }] }] }],
  ])('lets through %s', (_, spec) => expect(validatePolicy(policy(spec), { tierExists })).toBeUndefined());

  it.each<[string, string, Partial<AntreaPolicy['spec']>]>([
    ['spec.tier', 'tier nobody does not exist', { tier: 'nobody' }],
    [
      'spec.egress[0].name',
      'rules names must be unique within the policy',
      { ingress: [{ ...allow, name: 'a' }], egress: [{ ...allow, name: 'a' }] },
    ],
    [
      'spec.ingress[0].appliedTo',
      'appliedTo should not be set in both spec and rules',
      { ingress: [{ ...allow, appliedTo: everyone }] },
    ],
    ['spec.appliedTo', 'appliedTo needs to be set in either spec or rules', { appliedTo: [], ingress: [allow] }],
    [
      'spec.egress[0].appliedTo',
      'appliedTo field should either be set in all rules or in none of them',
      { appliedTo: [], ingress: [{ ...allow, appliedTo: everyone }], egress: [allow] },
    ],
    [
      'spec.ingress[0].from[1].namespaces',
      'namespaces and namespaceSelector cannot be set at the same time for a single NetworkPolicyPeer',
      { ingress: [{ ...allow, from: [{}, { namespaces: { match: 'Self' }, namespaceSelector: {} }] }] },
    ],
    [
      'spec.egress[0].to[0].group',
      'group cannot be set with other peers in rules',
      { egress: [{ ...allow, to: [{ group: 'g', ipBlock: { cidr: '10.0.0.0/8' } }] }] },
    ],
    [
      'spec.egress[0].to[0].fqdn',
      'invalid characters in egress rule fqdn field: a b',
      { egress: [{ ...allow, to: [{ fqdn: 'a b' }] }] },
    ],
    [
      'spec.ingress[0].ports[0].endPort',
      'if `endPort` is specified `port` must be specified',
      { ingress: [{ ...allow, ports: [{ endPort: 5 }] }] },
    ],
    [
      'spec.ingress[0].ports[0].endPort',
      'if `port` is a string `endPort` cannot be specified',
      { ingress: [{ ...allow, ports: [{ port: 'http', endPort: 5 }] }] },
    ],
    [
      'spec.ingress[0].ports[0].endPort',
      '`endPort` should be greater than or equal to `port`',
      { ingress: [{ ...allow, ports: [{ port: 6, endPort: 5 }] }] },
    ],
    [
      'spec.ingress[0].ports[0].protocol',
      'protocol ICMP is none of TCP, UDP, SCTP',
      { ingress: [{ ...allow, ports: [{ protocol: 'ICMP' }] }] },
    ],
    [
      'spec.ingress[0].ports[0].port',
      'port 70000 is not between 0 and 65535',
      { ingress: [{ ...allow, ports: [{ port: 70_000 }] }] },
    ],
    ['spec.appliedTo', 'is no list', { appliedTo: 5 as never }],
    ['spec.egress[1].to[0].fqdn', 'is not text', { egress: [allow, { ...allow, to: [{ fqdn: 7 as never }] }] }],
    [
      'spec.egress[0].to[0].namespaces.match',
      'Others is not Self, and there is nothing else',
      { egress: [{ ...allow, to: [{ namespaces: { match: 'Others' } }] }] },
    ],
    [
      'spec.ingress[0].from[0].namespaceSelector',
      'is no label selector: In and NotIn need values, Exists and DoesNotExist are the other operators',
      { ingress: [{ ...allow, from: [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }] }] },
    ],
    [
      'spec.appliedTo[0].podSelector',
      'is no label selector: In and NotIn need values, Exists and DoesNotExist are the other operators',
      { appliedTo: [{ podSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: [] }] } }] },
    ],
  ])('refuses %s: %s', (field, reason, spec) => {
    expect(validatePolicy(policy(spec), { tierExists })).toEqual({ field, reason });
  });

  it('refuses addresses with leading zeros', () => {
    const refused = validatePolicy(policy({ ingress: [{ ...allow, from: [{ ipBlock: { cidr: '010.0.0.0/8' } }] }] }), {
      tierExists,
    });
    expect(refused).toMatchObject({ field: 'spec.ingress[0].from[0].ipBlock.cidr' });
  });
});

describe('tiers', () => {
  const tier = (name: string, priority: number): Tier => ({ metadata: { name }, spec: { priority } });
  const facts = { tiers: [tier('a', 10), tier('b', 20)], clusterNetworkPolicies: [], networkPolicies: [] };

  it.each<[string | undefined, Tier]>([
    [undefined, tier('c', 30)],
    ['tier c priority 252 is reserved', tier('c', 252)],
    ['tier c priority 20 overlaps with existing Tier', tier('c', 20)],
  ])('made: %s', (reason, made) => expect(validateTierCreate(made, facts)?.reason).toBe(reason));

  it('are at most twenty', () => {
    const tiers = Array.from({ length: 20 }, (_, i) => tier(`t${i}`, i));
    expect(validateTierCreate(tier('x', 99), { ...facts, tiers })?.reason).toBe(
      'maximum number of Tiers supported: 20',
    );
  });

  it('keep their priority, but for the controller', () => {
    const change = [tier('a', 10), tier('a', 11)] as const;
    expect(validateTierUpdate(...change, { isController: false })?.reason).toBe(
      'update to Tier priority is not allowed',
    );
    expect(validateTierUpdate(...change, { isController: true })).toBeUndefined();
    expect(validateTierUpdate(tier('a', 10), tier('a', 10), { isController: false })).toBeUndefined();
  });

  it('stay while something needs them', () => {
    const inTier = [policy({ tier: 'a' }), policy({ tier: 'a' })];
    expect(validateTierDelete(tier('baseline', 253), facts)?.reason).toBe('cannot delete reserved tier baseline');
    expect(validateTierDelete(tier('a', 10), { ...facts, clusterNetworkPolicies: inTier })?.reason).toBe(
      'tier a is referenced by 2 Antrea ClusterNetworkPolicies',
    );
    expect(validateTierDelete(tier('a', 10), { ...facts, networkPolicies: inTier })?.reason).toBe(
      'tier a is referenced by 2 Antrea NetworkPolicies',
    );
    expect(validateTierDelete(tier('a', 10), facts)).toBeUndefined();
  });
});

describe('ClusterGroups', () => {
  const group = (name: string, spec: ClusterGroup['spec']): ClusterGroup => ({ metadata: { name }, spec: spec! });
  const groups = new Map([['parent', group('parent', { childGroups: ['a', 'b'] })]]);
  const facts = {
    get: (name: string) => groups.get(name),
    parentsOf: (name: string) => (name === 'child' ? ['parent'] : []),
  };

  it.each<[string | undefined, ClusterGroup]>([
    [undefined, group('g', { podSelector: {}, namespaceSelector: {} })],
    [undefined, group('g', { childGroups: ['not-there-yet'] })],
    [
      'At most one of podSelector, externalEntitySelector, serviceReference, ipBlock, ipBlocks or childGroups can be set for a ClusterGroup',
      group('g', { podSelector: {}, ipBlocks: [{ cidr: '10.0.0.0/8' }] }),
    ],
    [
      'At most one of podSelector, externalEntitySelector, serviceReference, ipBlock, ipBlocks or childGroups can be set for a ClusterGroup',
      group('g', { podSelector: {}, externalEntitySelector: {} }),
    ],
    ['cannot set childGroups for ClusterGroup child, who has 1 parents', group('child', { childGroups: ['x'] })],
    [
      'cannot set ClusterGroup parent as childGroup, who has 2 childGroups itself',
      group('g', { childGroups: ['parent'] }),
    ],
  ])('%s', (reason, made) => expect(validateClusterGroup(made, facts)?.reason).toBe(reason));

  it.each<[string, object]>([
    ['spec.ipBlocks[1].cidr', { ipBlocks: [{ cidr: '10.0.0.0/8' }, { cidr: '10.0.0.0/33' }] }],
    ['spec.ipBlock.cidr', { ipBlock: { cidr: '010.0.0.0/8' } }],
    ['spec.podSelector', { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }],
  ])('are refused for %s', (field, spec) => {
    expect(validateClusterGroup(group('g', spec), facts)).toMatchObject({ field });
  });

  it.each([null, 'text', { ipBlocks: 7 }])('that are nonsense stay so: %j', (spec) => {
    expect(currentClusterGroupSpec(spec as never)).toEqual(spec);
  });

  it('with nonsense beside their block still have the nonsense', () => {
    const spec = { ipBlock: { cidr: '10.0.0.0/8' }, ipBlocks: 7 };
    expect(currentClusterGroupSpec(spec as never)).toEqual({ ipBlocks: 7 });
  });

  it('are converted', () => {
    const old = {
      apiVersion: 'crd.antrea.io/v1alpha2',
      metadata: { name: 'g' },
      spec: { ipBlock: { cidr: '10.0.0.0/8' } },
    } as ClusterGroup & { apiVersion: string };
    expect(convertClusterGroup(old, 'crd.antrea.io/v1alpha3')).toEqual({
      apiVersion: 'crd.antrea.io/v1alpha3',
      metadata: { name: 'g' },
      spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }] },
    });
    expect(() => convertClusterGroup(old, 'crd.antrea.io/v1alpha2')).toThrow();
    expect(() => convertClusterGroup(old, 'crd.antrea.io/v1')).toThrow();
  });
});

describe('mutateNamespace', () => {
  it('adds its name to the labels, once', () => {
    const labels = { 'antrea.io/metadata.name': 'ns' };
    const patched = (before: Record<string, string> | undefined) =>
      mutateNamespace({ metadata: { name: 'ns', ...(before && { labels: before }) } });
    expect(patched(undefined)).toEqual([{ op: 'add', path: '/metadata/labels', value: labels }]);
    expect(patched({ a: 'b' })).toEqual([{ op: 'add', path: '/metadata/labels', value: { a: 'b', ...labels } }]);
    expect(patched(labels)).toEqual([]);
  });
});

describe('mutatePolicy', () => {
  it.each<[string, 'ingress' | 'egress', AntreaPolicyRule]>([
    ['ingress-allow-8cca288', 'ingress', allow],
    ['egress-allow-8cca288', 'egress', allow],
    [
      'ingress-drop-c01f76e',
      'ingress',
      {
        action: 'Drop',
        ports: [{ protocol: 'TCP', port: 80 }],
        from: [{ podSelector: { matchLabels: { app: 'client' } } }],
        enableLogging: true,
      },
    ],
    [
      'egress-allow-11601d4',
      'egress',
      {
        action: 'Allow',
        ports: [
          { protocol: 'TCP', port: 'http' },
          { protocol: 'TCP', port: 8000, endPort: 8080 },
        ],
        to: [{ ipBlock: { cidr: '10.0.0.0/8' } }, { fqdn: '*.example.com' }],
        appliedTo: [{ podSelector: {} }],
      },
    ],
  ])('names a rule %s', (name, direction, rule) => expect(ruleName(direction, rule, sha1)).toBe(name));

  it('fills in what is missing, and nothing else', () => {
    expect(mutatePolicy(policy({ ingress: [{ ...allow, name: 'mine' }, allow] }), sha1)).toEqual([
      { op: 'add', path: '/spec/ingress/1/name', value: 'ingress-allow-8cca288' },
      { op: 'add', path: '/spec/tier', value: 'application' },
    ]);
    expect(mutatePolicy(policy({ tier: 'mine', ingress: [{ ...allow, name: 'x' }] }), sha1)).toEqual([]);
  });

  it.each<[unknown]>([[undefined], [5], [{ ingress: 'all' }], [{ tier: 'mine', ingress: [null, {}, { action: 5 }] }]])(
    'leaves a spec of %j to the schema',
    (spec) => expect(mutatePolicy({ metadata: { name: 'p' }, spec } as AntreaPolicy, sha1)).toEqual([]),
  );
});
