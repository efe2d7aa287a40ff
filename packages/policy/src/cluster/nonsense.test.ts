import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AntreaPolicy } from '@antrea-ts/apis';
import { mutatePolicy } from '../validation/mutate-policy.js';
import { validatePolicy } from '../validation/policy-rules.js';
import type { ClusterObjectKind } from './cluster-objects.js';
import { ClusterPolicies } from './cluster-policies.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

/** Objects that were stored when nothing checked them can hold anything. */
const anything = [null, 0, -1, 1.5, 1e308, true, '', '; drop', [], {}, [null], [[]], [{}], { a: 1 }, 'x'.repeat(300)];
const expression = { key: 'k', operator: 'In', values: ['v'] };
const selector = { matchLabels: { app: 'web' }, matchExpressions: [expression] };
const objects: Partial<Record<ClusterObjectKind, object>> = {
  k8sNetworkPolicy: {
    metadata: { name: 'k', namespace: 'ns', uid: 'k', generation: 1 },
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
            { podSelector: selector, namespaceSelector: {} },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
          ],
          ports: [{ protocol: 'TCP', port: 80, endPort: 90 }],
        },
      ],
      egress: [{ to: [{ podSelector: {} }], ports: [{ port: 'web' }] }],
    },
  },
  clusterNetworkPolicy: {
    metadata: { name: 'c', uid: 'c', generation: 1 },
    spec: {
      tier: 'mine',
      priority: 5,
      appliedTo: [{ podSelector: selector, namespaceSelector: {} }, { group: 'g' }],
      ingress: [
        {
          action: 'Drop',
          name: 'r',
          enableLogging: true,
          from: [
            { group: 'g' },
            { namespaces: { match: 'Self' }, podSelector: {} },
            { ipBlock: { cidr: '10.0.0.0/8' } },
            { fqdn: 'a.example' },
            { externalEntitySelector: {} },
          ],
          ports: [{ protocol: 'TCP', port: 80, endPort: 90 }],
          appliedTo: [{ podSelector: {} }],
        },
      ],
      egress: [{ action: 'Allow', to: [{ podSelector: {} }] }],
    },
  },
  antreaNetworkPolicy: {
    metadata: { name: 'a', namespace: 'ns', uid: 'a', generation: 1 },
    spec: {
      tier: 'application',
      priority: 5,
      appliedTo: [{ podSelector: {} }],
      ingress: [{ action: 'Drop', from: [{ podSelector: selector }] }],
    },
  },
  clusterGroup: {
    metadata: { name: 'g', uid: 'g' },
    spec: {
      podSelector: selector,
      childGroups: ['g', 'other'],
      ipBlocks: [{ cidr: '10.0.0.0/8' }],
      serviceReference: { namespace: 'ns', name: 's' },
    },
  },
  tier: { metadata: { name: 'mine' }, spec: { priority: 5, description: 'd' } },
  externalEntity: {
    metadata: { name: 'e', namespace: 'ns', labels: { app: 'web' } },
    spec: {
      externalNode: 'n1',
      endpoints: [{ ip: '10.0.0.9', name: 'x' }],
      ports: [{ name: 'web', port: 80, protocol: 'TCP' }],
    },
  },
};
const keys: Partial<Record<ClusterObjectKind, string>> = { clusterGroup: 'g', tier: 'mine' };

function put(policies: ClusterPolicies, kind: ClusterObjectKind, object: object | undefined): void {
  policies.set(kind, keys[kind] ?? `ns/${kind}`, object as never);
}

function clusterWith(refused: string[] = []): ClusterPolicies {
  const policies = new ClusterPolicies({ sha1, onRefused: (...what) => refused.push(what.join(' ')) });
  policies.set('namespace', 'ns', { metadata: { name: 'ns', labels: {} } });
  policies.set('pod', 'ns/web', {
    metadata: { name: 'web', namespace: 'ns', uid: 'w', labels: { app: 'web', k: 'v' } },
    spec: { nodeName: 'n1', containers: [] },
    status: { podIP: '10.0.0.1' },
  });
  for (const [kind, object] of Object.entries(objects)) put(policies, kind as ClusterObjectKind, object);
  policies.takeChanges();
  return policies;
}

/** Every way to put `value` in place of one part of an object. */
function* damaged(object: object, value: unknown): Generator<readonly [path: string, object]> {
  for (const path of pathsOf(object)) {
    if (path[0] === 'metadata') continue;
    const copy = structuredClone(object);
    let at = copy as Record<string, unknown>;
    for (const step of path.slice(0, -1)) at = at[step] as Record<string, unknown>;
    at[path.at(-1)!] = value;
    yield [path.join('.'), copy];
  }
}

function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    yield [...path, key];
    yield* pathsOf(part, [...path, key]);
  }
}

describe.each(Object.keys(objects) as ClusterObjectKind[])('nonsense in a %s', (kind) => {
  it('does no harm, and goes away with it', () => {
    const policies = clusterWith();
    const before = JSON.stringify([...policies.policies()].map(({ wire }) => wire));
    for (const value of anything) {
      for (const [path, object] of damaged(objects[kind]!, value)) {
        const told = (): string => {
          const { networkPolicies, appliedToGroups, addressGroups } = policies.takeChanges();
          const members = [...appliedToGroups, ...addressGroups].map(({ after }) => after?.members());
          return JSON.stringify([networkPolicies, members]);
        };
        put(policies, kind, object);
        expect(told, `${path}: ${JSON.stringify(value)}`).not.toThrow();
        put(policies, kind, objects[kind]);
        told();
      }
    }
    expect(JSON.stringify([...policies.policies()].map(({ wire }) => wire))).toBe(before);
  });
});

describe('no hole', () => {
  const wrong = [null, 5, true, '', 'web', [], [{}], { matchLabels: 7 }, { matchLabels: ['web'] }];
  const operators = ['', 'in', 'Equals', 'Gt', null, 7];

  it.each([
    ...wrong.map((each): [string, unknown] => [JSON.stringify(each), each]),
    ...operators.map((operator): [string, unknown] => [
      `operator ${JSON.stringify(operator)}`,
      { matchExpressions: [{ key: 'app', operator, values: ['web'] }] },
    ]),
    ['In without values', { matchExpressions: [{ key: 'app', operator: 'In', values: [] }] }],
    ['NotIn without values', { matchExpressions: [{ key: 'other', operator: 'NotIn' }] }],
  ])('comes of a selector %s: it selects nobody', (_, podSelector) => {
    const policies = clusterWith();
    put(policies, 'k8sNetworkPolicy', {
      metadata: { name: 'k', namespace: 'ns', uid: 'k2' },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector }] }] },
    });
    const changes = policies.takeChanges();
    const after = changes.networkPolicies.find((change) => change.after?.name === 'k2')?.after;
    expect(after).toMatchObject({ wire: { rules: [{ direction: 'In' }] } });
    expect([...(after?.span ?? [])]).toEqual(['n1']);
    const groups = changes.addressGroups.flatMap((change) => change.after?.members() ?? []);
    expect(groups).toEqual([]);
  });

  it.each([
    [{ podSelector: {}, ingress: 7 }, 'spec.ingress is no list'],
    [{ podSelector: {}, ingress: [{ from: {} }] }, 'spec.ingress[0].from is no list'],
    [{ podSelector: {}, ingress: [{ from: [7] }] }, 'spec.ingress[0].from[0] is no object'],
    [
      { podSelector: {}, ingress: [{ ports: [{ port: {} }] }] },
      'spec.ingress[0].ports[0].port is neither number nor name',
    ],
    ['text', 'spec is no object'],
  ])('comes of a Kubernetes policy that says %j: it isolates', (spec, problem) => {
    const policies = clusterWith();
    put(policies, 'k8sNetworkPolicy', { metadata: { name: 'k', namespace: 'ns', uid: 'k2' }, spec });
    const view = policies.takeChanges().networkPolicies.find(({ after }) => after?.name === 'k2')?.after;
    expect(view?.policy.problems).toEqual([
      { text: `${problem}: until corrected, it allows nothing`, effect: 'leftOut' },
    ]);
    expect([...(view?.span ?? [])]).toEqual(['n1']);
    expect(view?.wire.rules?.[0]).toMatchObject({ direction: 'In', from: {} });
  });
});

it('says which objects count as absent', () => {
  const refused: string[] = [];
  const policies = clusterWith(refused);
  put(policies, 'tier', { metadata: { name: 'mine' }, spec: { priority: 300 } });
  put(policies, 'clusterGroup', { metadata: { name: 'g' }, spec: { childGroups: 'all' } });
  expect(refused).toEqual([
    'tier mine spec.priority is not a whole number from 0 to 255',
    'clusterGroup g spec.childGroups is no list',
  ]);
});

describe('very many', () => {
  it('ClusterGroups that are their own children, in circles and chains, stand for nothing', () => {
    const policies = clusterWith();
    const count = 10_000;
    for (let index = 0; index < count; index += 1) {
      const childGroups = [`g-${index}`, `g-${(index + 1) % count}`, 'nobody'];
      policies.set('clusterGroup', `g-${index}`, { metadata: { name: `g-${index}` }, spec: { childGroups } });
    }
    put(policies, 'clusterNetworkPolicy', {
      metadata: { name: 'c', uid: 'c' },
      spec: { priority: 1, appliedTo: [{ group: 'g-0' }], ingress: [{ action: 'Drop', from: [{ group: 'g-7' }] }] },
    });
    const view = policies.takeChanges().networkPolicies.find(({ after }) => after?.name === 'c')?.after;
    expect(view?.span.size).toBe(0);
    expect(policies.clusterGroupMembers('g-7')).toEqual({ members: [], cidrs: [] });
    expect(policies.clusterGroupsOf('pod', 'ns/web')).toEqual([]);
  });

  it('blocks of addresses, ports and rules are taken', () => {
    const policies = clusterWith();
    const ipBlocks = Array.from({ length: 150_000 }, (_, index) => ({
      cidr: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`,
    }));
    policies.set('clusterGroup', 'blocks', { metadata: { name: 'blocks' }, spec: { ipBlocks } });
    const ports = Array.from({ length: 65_535 }, (_, index) => ({ port: index + 1 }));
    const rules = Array.from({ length: 10_000 }, () => ({ action: 'Drop', from: [{ podSelector: {} }] }));
    put(policies, 'clusterNetworkPolicy', {
      metadata: { name: 'c', uid: 'c' },
      spec: {
        priority: 1,
        appliedTo: [{ podSelector: {} }],
        ingress: [{ action: 'Drop', from: [{ group: 'blocks' }], ports }, ...rules],
      },
    });
    const view = policies.takeChanges().networkPolicies.find(({ after }) => after?.name === 'c')?.after;
    expect(view?.wire.rules).toHaveLength(10_001);
    expect(view?.wire.rules?.[0]?.from?.ipBlocks).toHaveLength(150_000);
    expect(view?.wire.rules?.[0]?.services).toHaveLength(65_535);
  });
});

/** Too deep for what calls itself on the way down. */
const levels = 50_000;

describe.each([
  ['lists', '['.repeat(levels) + ']'.repeat(levels)],
  ['objects', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`],
])(`%s in each other, ${levels} deep`, (_, json) => {
  it.each(Object.keys(objects) as ClusterObjectKind[])('do no harm in a %s', (kind) => {
    const policies = clusterWith();
    const before = JSON.stringify([...policies.policies()].map(({ wire }) => wire));
    for (const [path, object] of damaged(objects[kind]!, JSON.parse(json))) {
      put(policies, kind, object);
      const told = (): unknown =>
        JSON.stringify(policies.takeChanges().networkPolicies.map(({ after }) => after?.wire));
      expect(told, path).not.toThrow();
      put(policies, kind, objects[kind]);
      told();
    }
    expect(JSON.stringify([...policies.policies()].map(({ wire }) => wire))).toBe(before);
  });

  it('are refused by webhooks', () => {
    const facts = { tierExists: () => true };
    for (const [path, object] of damaged(objects.clusterNetworkPolicy!, JSON.parse(json))) {
      expect(() => JSON.stringify(validatePolicy(object as AntreaPolicy, facts)), path).not.toThrow();
      expect(() => JSON.stringify(mutatePolicy(object as AntreaPolicy, sha1)), path).not.toThrow();
    }
  });
});
