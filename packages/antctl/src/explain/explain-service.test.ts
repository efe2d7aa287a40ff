import { formatIp } from '@antrea-ts/net-types';
import type { Intent } from '@antrea-ts/policy/verdict';
import { describe, expect, it } from 'vitest';
import { explain } from '../commands/explain.js';
import type { Answer } from '../commands/command.js';
import type { ApiRequest } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import { findTarget } from './find-service.js';

const pod = (name: string, nodeName: string, ip: string, port: number) => ({
  metadata: { namespace: 'default', name, labels: { app: name } },
  spec: { nodeName, containers: [{ ports: [{ name: 'http', containerPort: port }] }] },
  status: { podIPs: [{ ip }] },
});
const service = (name: string, clusterIP: string, spec: object = {}) => ({
  metadata: { namespace: 'default', name },
  spec: { clusterIP, ports: [{ port: 80, targetPort: 'http' }], ...spec },
});
const services = [
  service('web', '10.96.0.1'),
  service('a', '10.96.0.2', { internalTrafficPolicy: 'Local' }),
  service('none', '10.96.0.3'),
  service('out', '10.96.0.4', {
    ports: [{ port: 80, targetPort: 'http', nodePort: 30080 }],
    externalIPs: ['198.51.100.7'],
  }),
  service('near', '10.96.0.5', {
    ports: [{ port: 80, targetPort: 'http', nodePort: 30081 }],
    externalTrafficPolicy: 'Local',
  }),
  service('headless', 'None'),
];
const dropA = {
  metadata: { name: 'deny', uid: 'u' },
  spec: {
    priority: 5,
    appliedTo: [{ podSelector: { matchLabels: { app: 'a' } } }],
    ingress: [{ action: 'Drop', name: 'all', ports: [{ protocol: 'TCP', port: 8080 }] }],
  },
};
const pods = [pod('a', 'node-1', '10.0.1.2', 8080), pod('b', 'node-2', '10.0.2.2', 8081)];
const block = (ip: string, nodeName: string, port: number) => ({ addresses: [{ ip, nodeName }], ports: [{ port }] });
const slice = (ip: string, nodeName: string, port: number) => ({
  metadata: { namespace: 'default', name: `web-${port}`, labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: '', port }],
  endpoints: [{ addresses: [ip], nodeName, conditions: { ready: true } }],
});

const node = (name: string, number: number) => ({
  metadata: { name },
  spec: { podCIDR: `10.0.${number}.0/24` },
  status: { addresses: [{ type: 'InternalIP', address: `192.168.0.${number}` }] },
});

interface World {
  readonly gates?: readonly string[];
  /** Whether agents answer. */
  readonly silent?: boolean;
  /** What the switches make of packets, by destination. */
  readonly flows?: Readonly<Record<string, string>>;
}

/** A cluster in which switches let pass and refuse what `flows` says, and pass the rest. */
async function ask(
  args: Readonly<Record<string, string>>,
  { gates = ['AntreaProxy'], silent, flows = {} }: World = {},
) {
  const seen: string[] = [];
  const subsets = [block('10.0.1.2', 'node-1', 8080), block('10.0.2.2', 'node-2', 8081)];
  const lists: Readonly<Record<string, readonly object[]>> = {
    '/api/v1/namespaces': [{ metadata: { name: 'default' } }],
    '/api/v1/pods': pods,
    '/api/v1/services': services,
    '/api/v1/nodes': [node('node-2', 2), node('node-1', 1)],
    '/apis/crd.antrea.io/v1alpha1/clusternetworkpolicies': [dropA],
  };
  const get = async ({ from, node, path, parameters = {} }: ApiRequest): Promise<unknown> => {
    if (from === 'agent') {
      if (silent) throw new AntctlError('request', 'silent');
      if (path === '/featuregates') return gates.map((name) => ({ component: 'agent', name, status: 'Enabled' }));
      const { source, destination = '', port, origin } = parameters;
      seen.push(`${node} ${source}>${destination}:${port}${source?.startsWith('10.0.2.2') ? '' : ` ${origin}`}`);
      const by = source === destination ? 'bypass' : 'none';
      const decisions = ['Out', 'In'].map((direction) => ({ direction, by, table: 't', flow: 'f' }));
      return { node, action: flows[destination] ?? 'Allow', decisions };
    }
    if (path.endsWith('/endpoints')) {
      const name = parameters['fieldSelector']?.split('=')[1];
      return { items: name === 'none' ? [] : [{ metadata: { namespace: 'default', name }, subsets }] };
    }
    if (path.includes('/v1/') && path.endsWith('/endpointslices')) throw new AntctlError('request', 'not found');
    if (path.endsWith('/endpointslices')) return { items: [slice('10.0.2.2', 'node-2', 8081)] };
    return { items: lists[path] ?? [] };
  };
  const answer: Answer = await explain.run({ flags: { from: 'default/b', ...args } }, { mode: 'remote', api: { get } });
  return { seen, value: answer.value, table: answer.table({ wide: false }), code: answer.failure?.code };
}

describe('a Service', () => {
  it.each(['default/web', 'service/default/web', '10.96.0.1'])(
    '%s is each of its Endpoints, translated',
    async (to) => {
      const { value, seen, table, code } = await ask({ to });
      expect(value).toMatchObject({
        packet: { destination: '10.96.0.1', port: 80 },
        service: { namespace: 'default', name: 'web' },
        agree: false,
        endpoints: [
          { packet: { destination: '10.0.1.2', port: 8080 }, agree: false, intent: { action: 'Drop' } },
          {
            packet: { destination: '10.0.2.2', port: 8081 },
            agree: true,
            intent: { action: 'Allow', ingress: { by: 'bypass', reason: 'a Pod to itself' } },
          },
        ],
      });
      expect(seen).toEqual([
        'node-2 10.0.2.2>10.0.1.2:8080',
        'node-1 10.0.2.2>10.0.1.2:8080',
        'node-2 10.0.2.2>10.0.2.2:8081',
      ]);
      expect(table).toContain('default/b (10.0.2.2) -> Service default/web (10.96.0.1) TCP/80: 2 Endpoints\n');
      expect(table).toContain('\ndefault/b (10.0.2.2) -> default/a (10.0.1.2) TCP/8080\n');
      expect(code).toBe('disagreement');
    },
  );

  it('is read as the Node of the client reads it', async () => {
    const slices = { endpoints: [{ packet: { destination: '10.0.2.2' } }] };
    expect((await ask({ to: 'default/web' }, { gates: ['AntreaProxy', 'EndpointSlice'] })).value).toMatchObject(slices);
    expect((await ask({ to: 'default/web' }, { gates: [] })).value).toMatchObject(slices);
    // Only the Endpoint of the client's own Node.
    expect((await ask({ to: 'service/default/a' })).value).toMatchObject(slices);
  });

  it('without Endpoints refuses, by intent and by flows', async () => {
    const refused = await ask({ to: 'default/none' }, { flows: { '10.96.0.3': 'Reject' } });
    expect(refused.value).toMatchObject({ agree: true, endpoints: [], refused: { intent: { action: 'Reject' } } });
    expect(refused.seen).toEqual(['node-2 10.0.2.2>10.96.0.3:80']);
    expect(refused.table).toContain('refused, Service default/none has no Endpoints for node-2');
    expect(refused.code).toBeUndefined();
    expect(await ask({ to: 'default/none' })).toMatchObject({ value: { agree: false }, code: 'disagreement' });
    // kube-proxy balances.
    expect(await ask({ to: 'default/none' }, { gates: [] })).toMatchObject({ value: { agree: null }, code: 'request' });
  });

  it('is explained by intent while agents are silent', async () => {
    expect(await ask({ to: 'default/web' }, { silent: true })).toMatchObject({
      value: {
        agree: null,
        endpoints: [{ intent: { action: 'Allow' }, installed: { unknown: [{ node: 'node-2' }] } }],
      },
      code: 'request',
    });
  });

  it('of the name of a Pod is named by its kind', async () => {
    const { table, value } = await ask({ to: 'default/a' }, { flows: { '10.0.1.2': 'Allow' } });
    expect(table).toContain('For the Service: --to service/default/a');
    expect(value).toMatchObject({ packet: { destination: '10.0.1.2' } });
    expect((await ask({ to: 'pod/default/a' })).table).not.toContain('For the Service');
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{ to: 'default/headless' }, 'has no address of its own'],
    [{ to: 'service/default/nix' }, 'there is no such Service'],
    [{ to: 'default/nix' }, 'there is no such Pod or Service'],
    [{ to: 'default/web', port: '81' }, 'Service default/web has no port 81/TCP: it has 80/TCP'],
    [{ to: 'default/web', proto: 'icmp' }, 'Service default/web has no ICMP'],
    [{ to: 'default/web', from: '203.0.113.9', via: 'node-3' }, 'there is no such Node; there are node-1, node-2'],
    [{ to: '192.168.0.2', port: '30080', from: '203.0.113.9', via: 'node-1' }, 'the address of --to is that of node-2'],
    [{ to: 'default/web', via: 'node-1' }, '--via: it is for what comes to a Service from outside'],
    [{ to: 'default/web', from: 'default/web' }, 'is a Service, and no Pod'],
    [{ to: 'default/web', addressFamily: '6' }, 'no addresses of one family'],
  ])('%j: %s', async (args, message) => {
    await expect(ask(args)).rejects.toThrow(message);
  });
});

describe('a Service, from outside of the cluster', () => {
  const from = '203.0.113.9';
  const wide = (client: string, entry: string) => [
    `node-1 ${client}>10.0.1.2:8080 ${entry === 'node-1' ? 'outside' : 'peer'}`,
    `node-2 ${client}>10.0.2.2:8081 ${entry === 'node-2' ? 'outside' : 'peer'}`,
  ];

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['its own address', { to: '10.96.0.4' }, wide('10.0.1.1', 'node-1')],
    ['its name, by another Node', { to: 'default/out', via: 'node-2' }, wide('10.0.2.1', 'node-2')],
    ['an external address', { to: '198.51.100.7' }, wide('10.0.1.1', 'node-1')],
    ['a node port', { to: '192.168.0.2', port: '30080' }, wide('10.0.2.1', 'node-2')],
    [
      'a node port that keeps to its Node, and the client',
      { to: '192.168.0.2', port: '30081' },
      [`node-2 ${from}>10.0.2.2:8081 outside`],
    ],
    ['its own address, which does not keep to a Node', { to: 'default/near' }, wide('10.0.1.1', 'node-1')],
  ])('is reached at %s', async (_, args, expected) => {
    const { seen, value, table } = await ask({ from, ...args });
    expect(seen).toEqual(expected);
    expect(value).toMatchObject({ via: args['via'] ?? (args['port'] ? 'node-2' : 'node-1') });
    expect(table).toContain(`${from} by node-`);
  });

  it('has no Endpoints on the Node of its port: nobody knows whether its switch is asked', async () => {
    const world = { gates: ['AntreaProxy', 'EndpointSlice'] };
    const { value, table } = await ask({ from, to: '192.168.0.1', port: '30081' }, world);
    expect(value).toMatchObject({ agree: null, endpoints: [] });
    expect(table).toContain('refused, Service default/near has no Endpoints for node-1');
  });

  it('other ports of Nodes are none', async () => {
    await expect(ask({ from, to: '192.168.0.2', port: '30082' })).rejects.toThrow('is a Pod with a network of its own');
  });
});

it("an address of a load balancer is its Service's", () => {
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } };
  const { to } = findTarget('192.0.2.7', {
    pods: [],
    services: [{ ...service('lb', '10.96.0.9'), status }],
  } as unknown as Intent);
  expect([to.name, to.addresses.map(formatIp)]).toEqual(['Service default/lb', ['192.0.2.7']]);
});
