import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { acnp, anp, app, clusterGroup, k8s, list } from './policies.js';

const server = "for (const p of [80, 8080]) require('http').createServer((q, s) => s.end('ok')).listen(p, '::')";

interface TestPod {
  readonly key: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
}

const pods: readonly TestPod[] = [
  { key: 'default/web', node: 'node-1', labels: { app: 'web' } },
  { key: 'default/near', node: 'node-1', labels: { app: 'client', place: 'near' } },
  { key: 'default/far', node: 'node-2', labels: { app: 'client', place: 'far' } },
  { key: 'other/web', node: 'node-2', labels: { app: 'web' } },
];

/** Who tries to reach whom: Pods on the same Node and on another, from the same Namespace and from another. */
const probes: readonly (readonly [from: string, to: string, port: number])[] = [
  ['default/near', 'default/web', 80],
  ['default/near', 'default/web', 8080],
  ['default/far', 'default/web', 80],
  ['default/far', 'default/web', 8080],
  ['other/web', 'default/web', 80],
  ['default/web', 'default/far', 80],
  ['default/web', 'other/web', 80],
];

type Verdict = 'dropped' | 'rejected';

interface Case {
  readonly name: string;
  readonly policies: readonly object[];
  /** What is not let through; the rest is. */
  readonly denied: Readonly<Record<string, Verdict>>;
}

const inOther = { namespaceSelector: { matchLabels: { team: 'other' } } };

const webDenied = {
  'default/near -> default/web:80': 'dropped',
  'default/near -> default/web:8080': 'dropped',
  'default/far -> default/web:80': 'dropped',
  'default/far -> default/web:8080': 'dropped',
  'other/web -> default/web:80': 'dropped',
} as const;

function without(denied: Readonly<Record<string, Verdict>>, ...probesLetThrough: string[]): Record<string, Verdict> {
  return Object.fromEntries(Object.entries(denied).filter(([probe]) => !probesLetThrough.includes(probe)));
}

const cases: readonly Case[] = [
  {
    name: 'a Kubernetes policy without rules isolates',
    policies: [k8s({ ...app('web'), policyTypes: ['Ingress'] })],
    denied: webDenied,
  },
  {
    name: 'rules of Kubernetes policies add up: by Pod and port, by Namespace',
    policies: [
      k8s({ ...app('web'), ingress: [{ from: [app('client')], ports: [{ port: 80 }] }] }, 'by-pod'),
      k8s({ ...app('web'), ingress: [{ from: [inOther] }] }, 'by-namespace'),
    ],
    denied: { 'default/near -> default/web:8080': 'dropped', 'default/far -> default/web:8080': 'dropped' },
  },
  {
    name: 'names and ranges of ports',
    policies: [
      k8s({ ...app('web'), ingress: [{ ports: [{ port: 'http' }] }, { ports: [{ port: 8000, endPort: 8079 }] }] }),
    ],
    denied: { 'default/near -> default/web:8080': 'dropped', 'default/far -> default/web:8080': 'dropped' },
  },
  {
    name: 'blocks of addresses and what is excepted from them',
    policies: [
      k8s({
        ...app('web'),
        ingress: [
          {
            from: [
              { ipBlock: { cidr: '10.10.0.0/16', except: ['10.10.2.0/24'] } },
              { ipBlock: { cidr: 'fd10:10::/32', except: ['fd10:10:2::/64'] } },
            ],
          },
        ],
      }),
    ],
    denied: without(webDenied, 'default/near -> default/web:80', 'default/near -> default/web:8080'),
  },
  {
    name: 'what a Pod may send',
    policies: [k8s({ ...app('web'), policyTypes: ['Egress'], egress: [{ to: [app('client')] }] })],
    denied: { 'default/web -> other/web:80': 'dropped' },
  },
  {
    name: 'a ClusterNetworkPolicy decides before Kubernetes policies, the first rule that fits before later ones',
    policies: [
      k8s({ ...app('web'), ingress: [{}] }),
      acnp({
        appliedTo: [app('web')],
        ingress: [
          { action: 'Allow', from: [{ podSelector: { matchLabels: { place: 'far' } } }], ports: [{ port: 80 }] },
          { action: 'Reject', from: [app('client')] },
          { action: 'Drop', from: [inOther] },
        ],
      }),
    ],
    denied: {
      'default/near -> default/web:80': 'rejected',
      'default/near -> default/web:8080': 'rejected',
      'default/far -> default/web:8080': 'rejected',
      'other/web -> default/web:80': 'dropped',
    },
  },
  {
    name: 'tiers come before priorities, and the baseline tier after Kubernetes policies',
    policies: [
      acnp(
        { tier: 'emergency', priority: 100, appliedTo: [app('web')], ingress: [{ action: 'Allow', from: [inOther] }] },
        'early',
      ),
      acnp(
        { tier: 'application', priority: 1, appliedTo: [app('web')], ingress: [{ action: 'Drop', from: [inOther] }] },
        'late',
      ),
      acnp({ tier: 'baseline', appliedTo: [app('web')], ingress: [{ action: 'Drop' }] }, 'base'),
      k8s({
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ from: [app('client')], ports: [{ port: 80 }] }],
      }),
    ],
    denied: {
      'default/near -> default/web:8080': 'dropped',
      'default/far -> default/web:8080': 'dropped',
      'default/web -> other/web:80': 'dropped',
    },
  },
  {
    name: 'an Antrea NetworkPolicy rejects what its Pods send',
    policies: [anp({ appliedTo: [app('web')], egress: [{ action: 'Reject', to: [{ ...inOther }] }] })],
    denied: { 'default/web -> other/web:80': 'rejected' },
  },
  {
    name: 'each Namespace for itself',
    policies: [
      acnp({
        appliedTo: [{ namespaceSelector: {} }],
        ingress: [{ action: 'Allow', from: [{ namespaces: { match: 'Self' } }] }, { action: 'Drop' }],
      }),
    ],
    denied: { 'other/web -> default/web:80': 'dropped', 'default/web -> other/web:80': 'dropped' },
  },
  {
    name: 'ClusterGroups, and the groups that they are made of',
    policies: [
      acnp({ appliedTo: [{ group: 'webs' }], ingress: [{ action: 'Drop', from: [{ group: 'clients' }] }] }),
      clusterGroup('webs', { ...app('web') }),
      clusterGroup('clients', { childGroups: ['near-clients'] }),
      clusterGroup('near-clients', { podSelector: { matchLabels: { place: 'near' } } }),
    ],
    denied: { 'default/near -> default/web:80': 'dropped', 'default/near -> default/web:8080': 'dropped' },
  },
  {
    name: 'a ClusterGroup of a block as an older version writes it, and of a group that is not there',
    policies: [
      acnp({ appliedTo: [app('web')], ingress: [{ action: 'Drop', from: [{ group: 'afar' }] }] }),
      clusterGroup('afar', { childGroups: ['v4', 'v6', 'missing'] }),
      clusterGroup('v4', { ipBlock: { cidr: '10.10.2.0/24' } }, 'v1alpha2'),
      clusterGroup('v6', { ipBlocks: [{ cidr: 'fd10:10:2::/64' }] }),
    ],
    denied: without(webDenied, 'default/near -> default/web:80', 'default/near -> default/web:8080'),
  },
];

describe('network policies', () => {
  const lab = new Lab('policy');
  const addresses = new Map<string, readonly string[]>();

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual');
    await lab.kubectl(['create', 'namespace', 'other']);
    await lab.kubectl(['label', 'namespace', 'other', 'team=other']);
    await apply(...pods.map(podObject));
    for (const namespace of ['default', 'other']) {
      await lab.kubectl(['-n', namespace, 'wait', '--for=condition=Ready', '--timeout=60s', 'pod', '--all']);
    }
    for (const { key } of pods) addresses.set(key, await podIps(key));
    await eventually(async () => expect(await denied()).toEqual({}));
  });
  afterAll(() => lab.down());

  it.each(cases)('$name', async ({ policies, denied: expected }) => {
    await apply(...policies);
    try {
      await eventually(async () => expect(await denied()).toEqual(expected), 20_000);
    } finally {
      await lab.kubectl(['delete', '-f', '-', '--wait=false'], JSON.stringify(list(policies)));
    }
  });

  it('follow labels of Pods and Namespaces', async () => {
    await apply(k8s({ ...app('web'), ingress: [{ from: [inOther, app('client')] }] }));
    await eventually(async () => expect(await denied()).toEqual({}));
    await lab.kubectl(['label', '--overwrite', 'namespace', 'other', 'team=nobody']);
    await lab.kubectl(['label', '--overwrite', 'pod', 'near', 'app=stranger']);
    await eventually(async () =>
      expect(await denied()).toEqual({
        'other/web -> default/web:80': 'dropped',
        'default/near -> default/web:80': 'dropped',
        'default/near -> default/web:8080': 'dropped',
      }),
    );
    await lab.kubectl(['label', '--overwrite', 'namespace', 'other', 'team=other']);
    await lab.kubectl(['label', '--overwrite', 'pod', 'near', 'app=client']);
    await eventually(async () => expect(await denied()).toEqual({}));
    await lab.kubectl(['delete', 'networkpolicy', '--all']);
  });

  it('of Antrea are realised when the switches have them, and say so', async () => {
    await apply(
      acnp({ appliedTo: [app('web')], ingress: [{ action: 'Drop', enableLogging: true, from: [app('client')] }] }),
    );
    await eventually(async () => {
      const columns = await lab.kubectl(['get', 'acnp', 'acnp', '-o', 'jsonpath={.status}']);
      expect(JSON.parse(columns)).toEqual({
        phase: 'Realized',
        observedGeneration: 1,
        currentNodesRealized: 2,
        desiredNodesRealized: 2,
      });
    });
    expect(await denied()).toMatchObject({ 'default/near -> default/web:80': 'dropped' });
    await eventually(async () => {
      const log = await lab.node('node-1', 'cat', `/run/antrea-lab/${lab.name}/nodes/node-1/log/networkpolicy/np.log`);
      expect(log).toMatch(
        /AntreaPolicyIngressRule AntreaClusterNetworkPolicy:acnp Drop 14500 SRC: 10\.10\.\d\.\d DEST: 10\.10\.1\.\d 60 TCP/,
      );
    });
    await lab.kubectl(['delete', 'acnp', '--all']);
  });

  it('go on while the controller is away, also on a Node whose agent starts anew, and a new Pod waits', async () => {
    await apply(k8s({ ...app('web'), policyTypes: ['Ingress'] }));
    await eventually(async () => expect(await denied()).toEqual(webDenied));
    await lab.ok(['controller', 'kill']);
    await lab.ok(['agent', 'node-1', 'kill']);
    expect(await denied()).toEqual(webDenied);
    await lab.ok(['agent', 'node-1', 'start']);
    await eventually(() => lab.node('node-1', 'curl', '-skf', 'https://127.0.0.1:10350/readyz'));
    expect(await denied()).toEqual(webDenied);
    await apply(podObject({ key: 'default/late', node: 'node-1', labels: { app: 'web' } }));
    await lab.ok(['controller', 'start']);
    await lab.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'pod/late']);
    const [late = ''] = await podIps('default/late');
    expect(await tryReach('default/near', late, 80)).toBe('dropped');
    expect(await denied()).toEqual(webDenied);
    const log = await lab.ok(['logs', 'agent', 'node-1']);
    const plans = [...log.matchAll(/Read installed flows installed=\d+ (.*)/g)].slice(1).map(([, plan]) => plan);
    expect(plans).toEqual(['missing=0 altered=0 unwanted=0']);
  });

  function apply(...objects: object[]): Promise<string> {
    return lab.kubectl(['apply', '-f', '-'], JSON.stringify(list(objects)));
  }

  async function podIps(key: string): Promise<string[]> {
    const [namespace = '', name = ''] = key.split('/');
    const path = 'jsonpath={.status.podIPs[*].ip}';
    return (await lab.kubectl(['-n', namespace, 'get', 'pod', name, '-o', path])).split(' ');
  }

  /** What does not get through, on one family or both; that families differ is told, too. */
  async function denied(): Promise<Record<string, string>> {
    const targets = probes.map(([from, to, port]) => ({ from, to, port, ips: addresses.get(to) ?? [] }));
    const verdicts = new Map<string, Verdict | 'ok'>();
    await Promise.all(
      pods.map(async ({ key }) => {
        const own = targets
          .filter(({ from }) => from === key)
          .flatMap(({ port, ips }) => ips.map((ip) => ({ ip, port })));
        for (const [target, verdict] of await tryAll(key, own)) verdicts.set(`${key} ${target}`, verdict);
      }),
    );
    const results = targets.map(({ from, to, port, ips }) => {
      const found = ips.map((ip) => verdicts.get(`${from} ${ip} ${port}`) ?? 'unknown');
      return [`${from} -> ${to}:${port}`, [...new Set(found)].join(', ')] as const;
    });
    return Object.fromEntries(results.filter(([, verdict]) => verdict !== 'ok'));
  }

  async function tryReach(from: string, ip: string, port: number): Promise<'ok' | Verdict> {
    return (await tryAll(from, [{ ip, port }])).get(`${ip} ${port}`)!;
  }

  /** One command in the Pod tries all targets at the same time. */
  async function tryAll(
    from: string,
    targets: readonly { readonly ip: string; readonly port: number }[],
  ): Promise<Map<string, 'ok' | Verdict>> {
    const tries = targets.map(({ ip, port }) => {
      const url = `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}/`;
      return `(curl -s -o /dev/null -m 2 '${url}'; echo ${ip} ${port} $?) &`;
    });
    const { stdout } = await lab.exec(from, 'sh', '-c', `${tries.join('\n')}\nwait`);
    return new Map(
      [...stdout.matchAll(/^(\S+ \d+) (\d+)$/gm)].map(([, target = '', code]) => [
        target,
        code === '0' ? 'ok' : code === '7' ? 'rejected' : 'dropped',
      ]),
    );
  }
});

function podObject({ key, node, labels }: TestPod): object {
  const [namespace, name] = key.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: 'main', image: 'none', command: ['node', '-e', server], ports: [{ name: 'http', containerPort: 80 }] },
      ],
    },
  };
}
