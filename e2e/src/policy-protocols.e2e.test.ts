import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { acnp, anp, app, k8s, list } from './policies.js';
import { echoServer, probe, type Probe, type Verdict } from './probes.js';

const probes: readonly Probe[] = ['tcp/80', 'tcp/8080', 'udp/80', 'udp/8080', 'icmp'];

/** Who asks; the Pod `web` of node-1 is asked. */
const clients = ['near', 'far', 'stranger'] as const;

interface Case {
  readonly name: string;
  readonly policies: readonly object[];
  /** What is not let through, by who asks. */
  readonly denied: Partial<Record<(typeof clients)[number], Partial<Record<Probe, Verdict>>>>;
}

const all = (verdict: Verdict): Record<Probe, Verdict> =>
  Object.fromEntries(probes.map((each) => [each, verdict])) as Record<Probe, Verdict>;
const but = (denied: Record<Probe, Verdict>, ...letThrough: Probe[]): Partial<Record<Probe, Verdict>> =>
  Object.fromEntries(Object.entries(denied).filter(([each]) => !letThrough.includes(each as Probe)));
const udp = { protocol: 'UDP' };
const rejectAll = { action: 'Reject' };

const cases: readonly Case[] = [
  {
    name: 'a port of UDP is let through: ICMP is not, nor is the same port of TCP',
    policies: [k8s({ ...app('web'), ingress: [{ ports: [{ ...udp, port: 80 }] }] })],
    denied: {
      near: but(all('dropped'), 'udp/80'),
      far: but(all('dropped'), 'udp/80'),
      stranger: but(all('dropped'), 'udp/80'),
    },
  },
  {
    name: 'a rule without ports lets ICMP through, too',
    policies: [k8s({ ...app('web'), ingress: [{ from: [app('client')] }] })],
    denied: { stranger: all('dropped') },
  },
  {
    name: 'SCTP is neither TCP nor UDP',
    policies: [
      k8s({ ...app('web'), ingress: [{ ports: [{ protocol: 'SCTP', port: 80 }] }] }),
      acnp({ appliedTo: [app('web')], ingress: [{ action: 'Allow', from: [app('client')] }] }),
      acnp(
        { priority: 1, appliedTo: [app('web')], ingress: [{ action: 'Drop', ports: [{ protocol: 'SCTP' }] }] },
        'sctp',
      ),
    ],
    denied: { stranger: all('dropped') },
  },
  {
    name: 'all of UDP is rejected',
    policies: [acnp({ appliedTo: [app('web')], ingress: [{ action: 'Reject', ports: [udp] }] })],
    denied: Object.fromEntries(clients.map((from) => [from, { 'udp/80': 'rejected', 'udp/8080': 'rejected' }])),
  },
  {
    name: 'each rule for Pods of its own',
    policies: [
      acnp({
        ingress: [
          { action: 'Drop', ports: [{ port: 8080 }], appliedTo: [app('web')] },
          { action: 'Drop', ports: [{ port: 80 }], appliedTo: [app('nobody')] },
        ],
        egress: [{ action: 'Reject', ports: [{ ...udp, port: 80 }], appliedTo: [app('stranger')] }],
      }),
    ],
    denied: {
      near: { 'tcp/8080': 'dropped' },
      far: { 'tcp/8080': 'dropped' },
      stranger: { 'tcp/8080': 'dropped', 'udp/80': 'rejected' },
    },
  },
  {
    name: 'whoever rejects everything in both directions is told once, and nothing goes in circles',
    policies: [
      acnp({ appliedTo: [app('web')], ingress: [rejectAll], egress: [rejectAll] }),
      anp({ appliedTo: [app('client')], ingress: [rejectAll], egress: [rejectAll] }),
    ],
    denied: { near: all('rejected'), far: all('rejected'), stranger: all('rejected') },
  },
];

/** What policies mean for TCP, UDP and ICMP, with real packets of both families. */
describe('policies and protocols', () => {
  const lab = new Lab('protocols');
  let web: readonly string[] = [];

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual');
    await lab.pods([
      { name: 'web', node: 'node-1', labels: { app: 'web' }, command: ['node', '-e', echoServer] },
      { name: 'near', node: 'node-1', labels: { app: 'client' } },
      { name: 'far', node: 'node-2', labels: { app: 'client' } },
      { name: 'stranger', node: 'node-2', labels: { app: 'stranger' } },
    ]);
    web = await lab.podIps('web');
    await eventually(async () => expect(await denied()).toEqual({}));
  });
  afterAll(() => lab.down());

  it.each(cases)('$name', async ({ policies, denied: expected }) => {
    const objects = JSON.stringify(list(policies));
    await lab.kubectl(['apply', '-f', '-'], objects);
    try {
      await eventually(async () => expect(await denied()).toEqual(expected));
    } finally {
      await lab.kubectl(['delete', '-f', '-', '--wait=false'], objects);
    }
  });

  async function denied(): Promise<Record<string, Record<string, string>>> {
    const rows = await Promise.all(
      clients.map(async (from) => {
        const found = Object.entries(await probe(lab, `default/${from}`, web, probes));
        return [from, Object.fromEntries(found.filter(([, verdict]) => verdict !== 'ok'))] as const;
      }),
    );
    return Object.fromEntries(rows.filter(([, row]) => Object.keys(row).length > 0));
  }
});
