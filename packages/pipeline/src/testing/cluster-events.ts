import type {
  AntreaAppliedTo,
  AntreaPolicy,
  AntreaPolicyPeer,
  AntreaPolicyRule,
  ClusterGroup,
  K8sNetworkPolicy,
  K8sPolicyPeer,
  LabelSelector,
  Pod,
  PolicyPort,
} from '@antrea-ts/apis';
import type { ClusterObjectKind, ClusterObjects } from '@antrea-ts/policy';
import fc from 'fast-check';

/**
 * Small clusters with much in common: few labels, ports and addresses, and orders that collide. What is rare in real
 * clusters is common here.
 */
export type ClusterEvent = {
  readonly [K in ClusterObjectKind]: { readonly kind: K; readonly key: string; readonly object?: ClusterObjects[K] };
}[ClusterObjectKind];

type NamedPorts = NonNullable<NonNullable<NonNullable<Pod['spec']>['containers']>[number]['ports']>;

interface PodPlace {
  readonly key: string;
  readonly node: string;
  readonly ofPort: number;
  readonly addresses: readonly string[];
  readonly ports: NamedPorts;
}

const tcp = (name: string, containerPort: number) => ({ name, containerPort });
const place = (key: string, node: number, ofPort: number, ports: NamedPorts): PodPlace => ({
  key,
  node: `n${node}`,
  ofPort,
  addresses: [`10.10.${node}.${ofPort}`, `fd10:${node}::${ofPort}`],
  ports,
});

/** Pods never move; what they are called may change. Names of ports mean other numbers in each. */
export const podPlaces: readonly PodPlace[] = [
  place('a/one', 1, 5, [tcp('http', 80)]),
  place('a/two', 1, 6, [tcp('http', 8080), { name: 'dns', containerPort: 53, protocol: 'UDP' }]),
  place('b/one', 1, 7, [{ name: 'http', containerPort: 80, protocol: 'UDP' }]),
  place('a/three', 2, 5, [tcp('http', 80), tcp('http', 81)]),
  place('b/two', 2, 6, [tcp('dns', 53)]),
  place('c/one', 2, 7, []),
];

const labels = fc.record(
  { app: fc.constantFrom('x', 'y'), role: fc.constantFrom('p', 'q') },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;

const selector: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector>(
  {},
  {},
  { matchLabels: { app: 'x' } },
  { matchLabels: { app: 'y' } },
  { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
  { matchLabels: { app: 'x' } },
  { matchLabels: { app: 'y' } },
  { matchLabels: { app: 'x', role: 'p' } },
  { matchExpressions: [{ key: 'role', operator: 'In', values: ['p', 'q'] }] },
  { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['x'] }] },
  { matchExpressions: [{ key: 'role', operator: 'Exists' }] },
  { matchExpressions: [{ key: 'role', operator: 'DoesNotExist' }] },
  { matchExpressions: [{ key: 'role', operator: 'In', values: [] }] },
);
const namespaceSelector: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector>(
  {},
  { matchLabels: { env: 'prod' } },
  { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] },
);
const groupName = fc.constantFrom('g1', 'g2', 'g3', 'absent');

const goodCidr = fc.constantFrom('10.10.0.0/16', '10.10.1.0/24', '10.10.2.6/32', 'fd10::/16', '0.0.0.0/0', '::/0');
/** Seldom one that nobody can read: stored when nothing checked it. */
const cidr = fc.oneof(
  { weight: 12, arbitrary: goodCidr },
  { weight: 1, arbitrary: fc.constantFrom('10.10.0.0/33', '010.10.0.0/16') },
);
const k8sBlock = fc.constantFrom(
  { cidr: '10.10.0.0/16', except: ['10.10.1.4/30', '10.10.2.6/32'] },
  { cidr: '0.0.0.0/0', except: ['10.10.2.0/24'] },
  { cidr: 'fd10::/16', except: ['fd10:1::/64'] },
  { cidr: '203.0.113.0/24' },
  { cidr: '192.168.77.0/24' },
  { cidr: '10.10.1.0/24', except: ['10.10.2.0/24'] },
);
const port: fc.Arbitrary<PolicyPort> = fc.oneof(
  {
    weight: 15,
    arbitrary: fc.constantFrom<PolicyPort>(
      { port: 80 },
      { protocol: 'TCP', port: 80, endPort: 8080 },
      { protocol: 'TCP' },
      { protocol: 'UDP' },
      { protocol: 'UDP', port: 53 },
      { protocol: 'SCTP', port: 80 },
      { port: 'http' },
      { protocol: 'UDP', port: 'http' },
      { protocol: 'UDP', port: 'dns' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<PolicyPort>(
      { port: 81, endPort: 80 },
      { port: 'http', endPort: 90 },
      { protocol: 'ICMP' },
      { port: 70_000 },
      { protocol: 'UDP', port: -1 },
    ),
  },
);
/** Mostly none: rules that match everything meet each other. */
const ports = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(port, { maxLength: 3 }) },
);
/** Left out where it is undefined, as JSON has it. */
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 3 });
const withoutUndefined = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const k8sPeer: fc.Arbitrary<K8sPolicyPeer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector: selector, namespaceSelector }),
  fc.record({ ipBlock: k8sBlock }),
  fc.record({ ipBlock: k8sBlock }),
);
const k8sPeers = fc.array(k8sPeer, { maxLength: 2 });
const policyTypes = fc.constantFrom(['Ingress'] as const, ['Egress'] as const, ['Ingress', 'Egress'] as const);

const k8sPolicy = fc
  .record({
    key: fc.constantFrom('a/k1', 'a/k2', 'b/k1'),
    uid: fc.nat(1),
    podSelector: selector,
    policyTypes: optional(policyTypes),
    ingress: optional(fc.array(fc.record({ from: k8sPeers, ports }), { maxLength: 2 })),
    egress: optional(fc.array(fc.record({ to: k8sPeers, ports }), { maxLength: 2 })),
  })
  .map(({ key, uid, ...spec }): ClusterEvent => {
    const object = { metadata: metadataOf('k', key, uid), spec } as K8sNetworkPolicy;
    return { kind: 'k8sNetworkPolicy', key, object: withoutUndefined(object) };
  });

const appliedTo = (isCluster: boolean): fc.Arbitrary<AntreaAppliedTo[]> =>
  fc.array(
    isCluster
      ? fc.oneof<fc.Arbitrary<AntreaAppliedTo>[]>(
          fc.record({ podSelector: selector }),
          fc.record({ namespaceSelector }),
          fc.record({ podSelector: selector, namespaceSelector }),
          fc.record({ group: groupName }),
        )
      : fc.record({ podSelector: selector }),
    { minLength: 1, maxLength: 2 },
  );
const antreaPeer = (isCluster: boolean): fc.Arbitrary<AntreaPolicyPeer> =>
  fc.oneof<fc.Arbitrary<AntreaPolicyPeer>[]>(
    fc.record({ podSelector: selector }),
    fc.record({ podSelector: selector, namespaceSelector }),
    fc.record({ ipBlock: fc.record({ cidr }) }),
    ...(isCluster
      ? [
          fc.record({ group: groupName }),
          fc.constantFrom<AntreaPolicyPeer>(
            { namespaces: { match: 'Self' } },
            { namespaces: { match: 'Self' }, podSelector: { matchLabels: { app: 'x' } } },
            { namespaces: { match: 'Others' }, podSelector: { matchLabels: { app: 'x' } } },
          ),
        ]
      : [
          fc.record({ namespaceSelector }),
          fc.record({ externalEntitySelector: selector }),
          fc.record({ externalEntitySelector: selector, namespaceSelector }),
        ]),
  );

const antreaRules = (isCluster: boolean, side: 'from' | 'to', isPerRule: boolean) =>
  fc.array(
    fc
      .record({
        action: fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom('Allow', 'Drop', 'Reject') },
          { weight: 1, arbitrary: fc.constant('Obey') },
        ),
        [side]: fc.array(antreaPeer(isCluster), { maxLength: 2 }),
        ports,
        ...(isPerRule ? { appliedTo: appliedTo(isCluster) } : {}),
      })
      .map((rule) => rule as unknown as AntreaPolicyRule),
    { maxLength: 3 },
  );

const antreaPolicy = (isCluster: boolean): fc.Arbitrary<ClusterEvent> =>
  fc
    .boolean()
    .chain((isPerRule) =>
      fc.record({
        key: isCluster ? fc.constantFrom('c1', 'c2', 'c3') : fc.constantFrom('a/p1', 'b/p1'),
        uid: fc.nat(1),
        tier: optional(fc.constantFrom('emergency', 'Baseline', 'own', 'own', 'absent')),
        priority: fc.constantFrom(1, 5, 1, 5, 1, 5, 1, 5, 1, 5, 0),
        ...(isPerRule ? {} : { appliedTo: appliedTo(isCluster) }),
        ingress: antreaRules(isCluster, 'from', isPerRule),
        egress: antreaRules(isCluster, 'to', isPerRule),
      }),
    )
    .map(({ key, uid, ...spec }) => {
      const object = { metadata: metadataOf('a', key, uid), spec } as AntreaPolicy;
      const kind = isCluster ? ('clusterNetworkPolicy' as const) : ('antreaNetworkPolicy' as const);
      return { kind, key, object: withoutUndefined(object) };
    });

const clusterGroup = fc
  .record({
    key: fc.constantFrom('g1', 'g2', 'g3'),
    spec: fc.oneof<fc.Arbitrary<NonNullable<ClusterGroup['spec']>>[]>(
      fc.record({ podSelector: selector }),
      fc.record({ podSelector: selector, namespaceSelector }),
      fc.record({ externalEntitySelector: selector }),
      fc.record({ externalEntitySelector: selector, namespaceSelector }),
      fc.record({ ipBlocks: fc.array(fc.record({ cidr }), { minLength: 1, maxLength: 2 }) }),
      fc.constant({ serviceReference: { namespace: 'a', name: 's' } }),
      fc.record({ childGroups: fc.array(groupName, { minLength: 1, maxLength: 3 }) }),
    ),
  })
  .map(({ key, spec }): ClusterEvent => ({
    kind: 'clusterGroup',
    key,
    object: { metadata: { name: key, uid: `uid-${key}` }, spec },
  }));

const service = optional(labels).map((written): ClusterEvent => ({
  kind: 'service',
  key: 'a/s',
  ...(written ? { object: { metadata: { namespace: 'a', name: 's' }, spec: { selector: written } } } : {}),
}));

const namespace = fc
  .record({ key: fc.constantFrom('a', 'b', 'c'), env: optional(fc.constantFrom('prod', 'test')) })
  .map(({ key, env }): ClusterEvent => namespaceEvent(key, env));

const pod = fc
  .record({ at: fc.constantFrom(...podPlaces), labels, phase: fc.constantFrom('Running', 'Running', 'Failed') })
  .map((written): ClusterEvent => podEvent(written.at, written.labels, written.phase));

/** What is outside of the cluster, or a Pod by another name; names of ports mean other numbers than those of Pods. */
const externalEntity = fc
  .record({
    key: fc.constantFrom('a/e1', 'b/e2'),
    labels,
    endpoints: fc.subarray(['203.0.113.9', '2001:db8::9', '192.168.77.1', 'fd77::1', '10.10.1.6', 'none']),
    ports: fc.constantFrom<{ name: string; port: number; protocol?: string }[]>(
      [],
      [{ name: 'http', port: 8080 }],
      [{ name: 'dns', port: 53, protocol: 'UDP' }],
    ),
  })
  .map(({ key, labels: written, endpoints, ports: named }): ClusterEvent => {
    const [first = '', name = ''] = key.split('/');
    const spec = { endpoints: endpoints.map((address) => ({ ip: address })), ports: named };
    const metadata = { namespace: first, name, uid: key, labels: written };
    return { kind: 'externalEntity', key, object: { metadata, spec } };
  });

const tier = fc
  .constantFrom<(number | undefined)[]>(60, 251 - 1, undefined)
  .map((priority): ClusterEvent => tierEvent('own', priority));

const deletion = fc.constantFrom<ClusterEvent[]>(
  ...(['a/k1', 'a/k2', 'b/k1'] as const).map((key) => ({ kind: 'k8sNetworkPolicy', key }) as const),
  ...(['c1', 'c2', 'c3'] as const).map((key) => ({ kind: 'clusterNetworkPolicy', key }) as const),
  ...(['a/p1', 'b/p1'] as const).map((key) => ({ kind: 'antreaNetworkPolicy', key }) as const),
  ...(['g1', 'g2', 'g3'] as const).map((key) => ({ kind: 'clusterGroup', key }) as const),
  ...(['a/e1', 'b/e2'] as const).map((key) => ({ kind: 'externalEntity', key }) as const),
);

const policy = fc.oneof(k8sPolicy, antreaPolicy(true), antreaPolicy(false));

/** What a cluster has before anything happens. */
export const groundwork: readonly ClusterEvent[] = [
  tierEvent('emergency', 50),
  tierEvent('baseline', 253),
  namespaceEvent('a', 'prod'),
  namespaceEvent('b', 'test'),
  namespaceEvent('c', undefined),
  ...podPlaces.map((at, index) =>
    podEvent(at, { app: index % 2 === 0 ? 'x' : 'y', ...(index < 3 ? { role: 'p' } : {}) }, 'Running'),
  ),
  {
    kind: 'pod',
    key: 'a/host',
    object: {
      metadata: { namespace: 'a', name: 'host', labels: { app: 'x', role: 'p' } },
      spec: { nodeName: 'n1', hostNetwork: true },
      status: { phase: 'Running', podIPs: [{ ip: '192.168.77.1' }] },
    },
  },
];

/** Policies and groups that are there from the beginning. */
export const policies = fc.array(fc.oneof({ weight: 3, arbitrary: policy }, { weight: 1, arbitrary: clusterGroup }), {
  minLength: 2,
  maxLength: 8,
});

/** Something that happens in the cluster. */
export const event: fc.Arbitrary<ClusterEvent> = fc.oneof(
  { weight: 4, arbitrary: policy },
  { weight: 2, arbitrary: clusterGroup },
  { weight: 1, arbitrary: service },
  { weight: 1, arbitrary: namespace },
  { weight: 3, arbitrary: pod },
  { weight: 2, arbitrary: externalEntity },
  { weight: 2, arbitrary: tier },
  { weight: 2, arbitrary: deletion },
);

function metadataOf(kind: string, key: string, uid: number) {
  const [first = '', second] = key.split('/');
  const names = second === undefined ? { name: first } : { namespace: first, name: second };
  return { ...names, uid: `${kind}-${key}-${uid}`, generation: 1 };
}

function namespaceEvent(name: string, env: string | undefined): ClusterEvent {
  return { kind: 'namespace', key: name, object: { metadata: { name, labels: env === undefined ? {} : { env } } } };
}

function podEvent(at: PodPlace, written: Record<string, string>, phase: string): ClusterEvent {
  const [first = '', name = ''] = at.key.split('/');
  return {
    kind: 'pod',
    key: at.key,
    object: {
      metadata: { namespace: first, name, labels: written },
      spec: { nodeName: at.node, containers: [{ ports: at.ports }] },
      status: { phase, podIPs: at.addresses.map((ip) => ({ ip })) },
    },
  };
}

function tierEvent(name: string, priority: number | undefined): ClusterEvent {
  return {
    kind: 'tier',
    key: name,
    ...(priority === undefined ? {} : { object: { metadata: { name }, spec: { priority } } }),
  };
}
