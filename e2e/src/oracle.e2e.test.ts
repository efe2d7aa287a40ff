import { formatIp, parseIp } from '@antrea-ts/net-types';
import { judge, type Intent, type Packet } from '@antrea-ts/policy/verdict';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually, Lab, patience } from './lab.js';
import { list } from './policies.js';
import { echoServer, probe, type Probe } from './probes.js';

/** Real packets against the naive verdict: a slice of what the property test of `packages/pipeline` does in software. */
const rounds = process.env['TEST_LONG'] ? 40 : 4;
/** The same sets each time, so that a failure is of what changed; others each time in the long form. */
const seed = Number(process.env['SEED'] ?? (process.env['TEST_LONG'] ? Date.now() % 1_000_000 : 7));

const pods = [
  { name: 'a', node: 'node-1', labels: { app: 'x' } },
  { name: 'b', node: 'node-1', labels: { app: 'y' } },
  { name: 'c', node: 'node-2', labels: { app: 'x', role: 'p' } },
] as const;
const probes: readonly Probe[] = ['tcp/80', 'tcp/8080', 'udp/80'];

const selector = fc.constantFrom<object>(
  {},
  { matchLabels: { app: 'x' } },
  { matchLabels: { app: 'y' } },
  { matchLabels: { role: 'p' } },
);
const byLabel = fc.record({ podSelector: selector });
const peer = fc.oneof(
  { weight: 3, arbitrary: byLabel },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ ipBlock: { cidr: '10.10.1.0/24' } }, { ipBlock: { cidr: 'fd10:10:2::/64' } }),
  },
);
const peers = fc.array(peer, { maxLength: 2 });
const ports = fc.subarray<object>([{ port: 80 }, { protocol: 'UDP' }, { port: 8000, endPort: 8100 }], { maxLength: 2 });
const k8sPolicy = fc.record({
  podSelector: selector,
  policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
  ingress: fc.array(fc.record({ from: peers, ports }), { maxLength: 2 }),
  egress: fc.array(fc.record({ to: peers, ports }), { maxLength: 2 }),
});
const action = fc.constantFrom('Allow', 'Drop', 'Reject');
const clusterPolicy = fc.record({
  tier: fc.constantFrom('emergency', 'application', 'baseline'),
  priority: fc.constantFrom(1, 5),
  appliedTo: fc.array(byLabel, { minLength: 1, maxLength: 2 }),
  ingress: fc.array(fc.record({ action, from: peers, ports }), { maxLength: 2 }),
  egress: fc.array(fc.record({ action, to: peers, ports }), { maxLength: 2 }),
});
const policySet = fc.record({
  k8s: fc.array(k8sPolicy, { maxLength: 2 }),
  cluster: fc.array(clusterPolicy, { minLength: 1, maxLength: 3 }),
});

const lab = new Lab('oracle');

beforeAll(async () => {
  await lab.up('--nodes', '2', '--ip', 'dual');
  await lab.pods(pods.map((pod) => ({ ...pod, command: ['node', '-e', echoServer] })));
}, 200_000 * patience);
afterEach(() => lab.kubectl(['delete', 'networkpolicy,acnp', '--all']));
afterAll(() => lab.down(), 60_000 * patience);

async function objects<T>(resource: string): Promise<T[]> {
  return (JSON.parse(await lab.kubectl(['get', resource, '-A', '-o', 'json'])) as { items: T[] }).items;
}

async function readIntent(): Promise<Intent> {
  return {
    namespaces: await objects('namespaces'),
    pods: await objects('pods'),
    k8sNetworkPolicies: await objects('networkpolicies.networking.k8s.io'),
    clusterNetworkPolicies: await objects('acnp'),
    tiers: await objects('tiers'),
    externalEntities: [],
    services: [],
    antreaNetworkPolicies: [],
    clusterGroups: [],
  };
}

/** What real connections do between all Pods, each address by itself. */
async function measured(addresses: ReadonlyMap<string, readonly string[]>): Promise<Record<string, string>> {
  const rows = pods.flatMap(({ name: from }) =>
    [...addresses].flatMap(([to, ips]) => (to === from ? [] : ips.map((ip) => ({ from, ip })))),
  );
  const results = await Promise.all(
    rows.map(async ({ from, ip }) =>
      Object.entries(await probe(lab, `default/${from}`, [ip], probes)).map(([each, verdict]) => [
        `${from} -> ${ip} ${each}`,
        verdict,
      ]),
    ),
  );
  return Object.fromEntries(results.flat()) as Record<string, string>;
}

function meant(intent: Intent, addresses: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  const verdicts = { Allow: 'ok', Drop: 'dropped', Reject: 'rejected' } as const;
  const table: Record<string, string> = {};
  for (const { name: from } of pods) {
    for (const [to, ips] of addresses) {
      for (const ip of to === from ? [] : ips) {
        const destination = parseIp(ip);
        const source = addresses
          .get(from)!
          .map((own) => parseIp(own))
          .find(({ family }) => family === destination.family)!;
        for (const each of probes) {
          const [protocol = '', port] = each.split('/');
          const packet: Packet = {
            source,
            destination,
            protocol: protocol.toUpperCase() as 'TCP' | 'UDP',
            port: Number(port),
          };
          table[`${from} -> ${formatIp(destination)} ${each}`] = verdicts[judge(packet, intent).action];
        }
      }
    }
  }
  return table;
}

it.each(fc.sample(policySet, { seed, numRuns: rounds }).map((set, index) => ({ set, index })))(
  `packets do what users wrote: set $index of seed ${seed}`,
  async ({ set }) => {
    const policies = [
      ...set.k8s.map((spec, index) => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `k-${index}`, namespace: 'default' },
        spec,
      })),
      ...set.cluster.map((spec, index) => ({
        apiVersion: 'crd.antrea.io/v1alpha1',
        kind: 'ClusterNetworkPolicy',
        metadata: { name: `c-${index}` },
        spec,
      })),
    ];
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(list(policies)));
    const addresses = await lab.podAddresses();
    const expected = meant(await readIntent(), addresses);
    await eventually(async () => expect(await measured(addresses), JSON.stringify(policies)).toEqual(expected), 30_000);
  },
  120_000 * patience,
);
