import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, patience } from './lab.js';
import { acnp, k8s } from './policies.js';
import { serverPod, ServiceLab, who, type Answers } from './services/service-lab.js';

/** Enough new connections that of two Endpoints each gets one, but for once in a billion times. */
const enough = 30;
/** Endpoints of the largest Service. */
const many = 2_000;
/** New connections to it: in the long form so many that none of its Endpoints is left out. */
const connections = process.env['TEST_LONG'] ? Math.ceil(many * (Math.log(many) + 7)) : 3 * many;
const leastAnswering = process.env['TEST_LONG'] ? many : 0.9 * many;
/** Whom a Pod sees when it reaches itself through a Service. */
const hairpin = { IPv4: '169.254.169.252', IPv6: 'fc00::aabb:ccdd:eeff' } as const;
const families = ['IPv4', 'IPv6'] as const;
type Family = (typeof families)[number];

const web = { app: 'web' };
const dual = { ipFamilyPolicy: 'RequireDualStack' };
const tcp = { name: 'tcp', port: 80, targetPort: 8080 };
const udp = { name: 'udp', port: 80, targetPort: 8080, protocol: 'UDP' };

const ofFamily = (list: readonly string[], family: Family): string =>
  list.find((address) => address.includes(':') === (family === 'IPv6')) ?? '';

function slice(service: string, name: string, more: object): object {
  const metadata = { name, labels: { 'kubernetes.io/service-name': service } };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4', ...more };
}

describe('Services', () => {
  const lab = new ServiceLab('services');
  let addresses: ReadonlyMap<string, readonly string[]>;
  let webIps: readonly string[] = [];
  const podIp = (pod: string): string => ofFamily(addresses.get(pod) ?? [], 'IPv4');

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual', '--feature-gates', 'EndpointSlice=true');
    await lab.pods([
      serverPod({ name: 'a', node: 'node-1', labels: { ...web, only: 'a' }, ports: { http: 8080 } }, 8080),
      serverPod({ name: 'b', node: 'node-2', labels: { ...web, only: 'b' }, ports: { http: 8081 } }, 8080, 8081),
      { name: 'client', node: 'node-1', labels: { role: 'client' } },
      { name: 'far', node: 'node-2', labels: { role: 'client' } },
    ]);
    addresses = await lab.podAddresses();
    webIps = await lab.service('web', { ...dual, selector: web, ports: [tcp, udp] });
    await eventually(async () => {
      for (const pod of ['client', 'far']) {
        const seen = await lab.ask(
          pod,
          webIps.map((address) => ({ address, times: enough })),
        );
        expect(seen.map(who)).toEqual([
          ['a', 'b'],
          ['a', 'b'],
        ]);
      }
    });
  });
  afterAll(() => lab.down());

  describe('every Endpoint answers, under the address of the Pod that asks', () => {
    const seenBy = (server: string, from: string, address: string): string => {
      const family = address.includes(':') ? 'IPv6' : 'IPv4';
      return `${server} ${server === from ? hairpin[family] : ofFamily(addresses.get(from) ?? [], family)}`;
    };

    it.each(['client', 'far', 'a', 'b'])('%s', async (from) => {
      const requests = (['TCP', 'UDP'] as const).flatMap((protocol) =>
        webIps.map((address) => ({ protocol, address, times: enough })),
      );
      const seen = await lab.ask(from, requests);
      const expected = requests.map(({ address }) => ['a', 'b'].map((server) => seenBy(server, from, address)));
      expect(seen.map((answers) => Object.keys(answers).sort())).toEqual(expected);
    });
  });

  it('by name, IPv6 first where the Service has it first', async () => {
    const [first = ''] = await lab.service('six', {
      ...dual,
      ipFamilies: ['IPv6', 'IPv4'],
      selector: web,
      ports: [tcp],
    });
    expect(first).toContain(':');
    const lookup =
      "require('dns').promises.resolve6('six.default.svc.cluster.local').then((a) => console.log(a.join()))";
    expect((await lab.exec('default/client', 'node', '-e', lookup)).stdout.trim()).toBe(first);
    const seen = await lab.ask('client', [
      { address: 'six', times: enough },
      { address: 'web.default.svc', times: enough },
    ]);
    expect(seen.map(who)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('a named target port is what each Pod calls so', async () => {
    const [address = ''] = await lab.service('named', { selector: web, ports: [{ port: 80, targetPort: 'http' }] });
    await lab.asks('client', { address, times: enough }, (seen) => expect(who(seen)).toEqual(['a', 'b']));
  });

  it('headless: the names of Pods, and nothing in the switch', async () => {
    await lab.service('headless', { clusterIP: 'None', selector: web, ports: [tcp] });
    const lookup =
      "require('dns').promises.resolve4('headless.default.svc.cluster.local').then((a) => console.log(a.sort().join()))";
    await eventually(async () => {
      const { stdout } = await lab.exec('default/client', 'node', '-e', lookup);
      expect(stdout.trim()).toBe([podIp('a'), podIp('b')].join());
    });
    const antctl = await lab.run([
      'node',
      'node-1',
      '--',
      'antctl',
      'get',
      'ovsflows',
      '-S',
      'headless',
      '-n',
      'default',
    ]);
    expect(antctl.stdout).not.toContain('table=41');
    expect(await lab.flows('node-1', 41, `nw_dst=${podIp('b')},`)).toEqual([]);
  });

  it('the address of a load balancer is served like the cluster’s own', async () => {
    const ports = [{ port: 80, targetPort: 8080 }];
    await lab.service('lb', { ...dual, type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: web, ports });
    const ingress = [{ ip: '198.51.100.10' }, { ip: '2001:db8:fffe::10' }];
    await lab.serviceStatus('lb', { loadBalancer: { ingress } });
    for (const { ip } of ingress) {
      await lab.asks('client', { address: ip, times: enough }, (seen) => expect(who(seen)).toEqual(['a', 'b']));
    }
  });

  it('internalTrafficPolicy Local: Endpoints of the own Node, or nobody', async () => {
    const local = { internalTrafficPolicy: 'Local', ports: [{ port: 80, targetPort: 8080 }] };
    const [near = ''] = await lab.service('near', { ...local, selector: web });
    await lab.asks('client', { address: near, times: enough }, (seen) => expect(who(seen)).toEqual(['a']));
    await lab.asks('far', { address: near, times: enough }, (seen) => expect(who(seen)).toEqual(['b']));
    const [single = ''] = await lab.service('single', { ...local, selector: { only: 'a' } });
    await lab.asks('far', { address: single }, (seen) => expect(who(seen)).toEqual(['ECONNREFUSED']));
  });

  it('hints keep traffic in the zone', async () => {
    const ports = [{ name: '', port: 8080 }];
    const hinted = (name: string, zone: string): object => ({
      addresses: [podIp(name)],
      hints: { forZones: [{ name: zone }] },
    });
    await lab.kubectl(['label', 'node', 'node-1', 'topology.kubernetes.io/zone=one']);
    await lab.kubectl(['label', 'node', 'node-2', 'topology.kubernetes.io/zone=two']);
    const spec = { ports: [{ port: 80, targetPort: 8080 }] };
    const [address = ''] = await lab.service('zoned', spec, { 'service.kubernetes.io/topology-aware-hints': 'auto' });
    // The other way round than where they are, to see that it is the hint that counts.
    await lab.apply(slice('zoned', 'zoned-1', { ports, endpoints: [hinted('a', 'two'), hinted('b', 'one')] }));
    await lab.asks('client', { address, times: enough }, (seen) => expect(who(seen)).toEqual(['b']));
    await lab.asks('far', { address, times: enough }, (seen) => expect(who(seen)).toEqual(['a']));
  });

  it('the Node’s own traffic to a Service is left to others', async () => {
    const [address = ''] = webIps;
    const get = ['curl', '-sS', '--http0.9', '-m', String(3 * patience), `http://${address}/`];
    expect((await lab.run(['node', 'node-1', '--', ...get])).exitCode).not.toBe(0);
    // What kube-proxy would do, in short.
    const rule = ['OUTPUT', '-d', address, '-p', 'tcp', '--dport', '80', '-j', 'DNAT', '--to', `${podIp('b')}:8080`];
    await lab.node('node-1', 'iptables', '-t', 'nat', '-A', ...rule);
    const { stdout } = await lab.run(['node', 'node-1', '--', ...get]);
    expect(stdout).toMatch(/^b 10\.10\.1\.1$/m);
    await lab.node('node-1', 'iptables', '-t', 'nat', '-D', ...rule);
  });

  it('without Endpoints: refused at once, on every family and protocol', async () => {
    const list = await lab.service('nobody', { ...dual, selector: { app: 'nobody' }, ports: [tcp, udp] });
    const requests = list.flatMap((address) => (['TCP', 'UDP'] as const).map((protocol) => ({ address, protocol })));
    await eventually(async () => {
      const seen = await lab.ask('client', requests);
      expect(seen).toEqual(requests.map(() => ({ ECONNREFUSED: 1 })));
    });
  });

  describe('session affinity', () => {
    const affinity = (seconds: number): object => ({
      selector: web,
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: seconds } },
      ports: [tcp, udp],
    });
    const choices = async (pod: string, address: string): Promise<readonly string[]> => {
      const [first = {}, second = {}] = await lab.ask(pod, [
        { address, times: 1 },
        { address, times: enough },
      ]);
      return [...who(first), ...who(second)];
    };

    it('keeps a client with its Endpoint, of every family, until that goes', async () => {
      const list = await lab.service('sticky', { ...dual, ...affinity(600) });
      for (const address of list) {
        await lab.asks('client', { address }, (seen) => expect(who(seen)[0]).toMatch(/^[ab]$/));
        const [chosen = '', ...others] = await choices('client', address);
        expect(others).toEqual([chosen]);
        const other = chosen === 'a' ? 'b' : 'a';
        await lab.kubectl(['label', 'pod', chosen, 'app-', '--overwrite']);
        try {
          await lab.asks('client', { address, times: enough }, (seen) => expect(who(seen)).toEqual([other]));
        } finally {
          await lab.kubectl(['label', 'pod', chosen, 'app=web', '--overwrite']);
        }
        // Who came back is not the one that the client belongs to.
        await lab.asks('far', { address: webIps[0]!, times: enough }, (seen) => expect(who(seen)).toEqual(['a', 'b']));
        expect(await choices('client', address)).toEqual([other, other]);
      }
    });

    it('ends with its time', async () => {
      const [address = ''] = await lab.service('brief', affinity(1));
      const seen = new Set<string>();
      await eventually(async () => {
        const [chosen = ''] = await choices('client', address);
        seen.add(chosen);
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        expect(await lab.flows('node-1', 40, `nw_dst=${address},`)).toEqual([]);
        expect([...seen].sort()).toEqual(['a', 'b']);
      }, 90_000);
    });
  });

  describe('policies judge the Endpoint that was chosen', () => {
    afterEach(() => lab.kubectl(['delete', 'acnp,networkpolicies', '--all', '--all-namespaces']));
    const drop = { action: 'Drop' };
    const [pod, peer] = [(labels: object) => ({ podSelector: { matchLabels: labels } }), { role: 'client' }];
    const only = (answers: Answers): readonly string[] => who(answers);

    it.each<[string, object, readonly string[]]>([
      [
        'egress of Antrea',
        acnp({ appliedTo: [pod(peer)], egress: [{ ...drop, to: [pod({ only: 'b' })] }] }),
        ['a', 'silence'],
      ],
      [
        'ingress of Antrea, refused',
        acnp({ appliedTo: [pod({ only: 'b' })], ingress: [{ action: 'Reject', from: [pod(peer)] }] }),
        ['ECONNREFUSED', 'a'],
      ],
      [
        'egress of Antrea, refused',
        acnp({ appliedTo: [pod(peer)], egress: [{ action: 'Reject', to: [{ namespaceSelector: {} }] }] }),
        ['ECONNREFUSED'],
      ],
      [
        'egress of Kubernetes',
        k8s({ ...pod(peer), policyTypes: ['Egress'], egress: [{ to: [pod({ only: 'a' })], ports: [{ port: 8080 }] }] }),
        ['a', 'silence'],
      ],
      ['ingress of Kubernetes', k8s({ ...pod({ only: 'a' }), policyTypes: ['Ingress'] }), ['b', 'silence']],
    ])('%s', async (_, policy, expected) => {
      await lab.apply(policy);
      for (const from of ['client', 'far']) {
        await lab.asks(from, { address: webIps[0]!, times: 16 }, (seen) => expect(only(seen)).toEqual(expected));
      }
    });

    it('a Pod reaches itself whatever isolates it, and others not', async () => {
      await lab.apply(k8s({ ...pod({ only: 'a' }), policyTypes: ['Ingress', 'Egress'] }));
      await lab.asks('a', { address: webIps[0]!, times: 16 }, (seen) => expect(only(seen)).toEqual(['a', 'silence']));
    });
  });

  describe('under change', () => {
    const groups = async (): Promise<string[]> => {
      const dump = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-groups', 'br-int');
      return dump.split('\n').sort();
    };

    it('no connection to a living Endpoint breaks when others come and go, and agents are killed', async () => {
      await lab.pods([serverPod({ name: 'c', node: 'node-2', labels: web }, 8080)]);
      await lab.asks('client', { address: webIps[0]!, times: 2 * enough }, (seen) => expect(who(seen)).toContain('c'));
      const held = await lab.holdDuring('client', webIps[0]!, 20, async () => {
        await lab.kubectl(['label', 'pod', 'c', 'app=none', '--overwrite']);
        await lab.asks('client', { address: webIps[0]!, times: enough }, (seen) =>
          expect(who(seen)).toEqual(['a', 'b']),
        );
        for (const node of ['node-1', 'node-2']) await lab.ok(['agent', node, 'kill']);
        await lab.kubectl(['label', 'pod', 'c', 'app=web', '--overwrite']);
        for (const node of ['node-1', 'node-2']) await lab.ok(['agent', node, 'start']);
        await lab.asks('client', { address: webIps[0]!, times: 2 * enough }, (seen) =>
          expect(who(seen)).toContain('c'),
        );
        await lab.kubectl(['delete', 'pod', 'c', '--now']);
        await lab.asks('client', { address: webIps[0]!, times: enough }, (seen) =>
          expect(who(seen)).toEqual(['a', 'b']),
        );
      });
      expect(held).toHaveLength(20);
      const living = held.filter(({ name }) => name !== 'c');
      expect(living.length).toBeGreaterThan(0);
      expect(living.filter(({ broken, missing }) => broken !== '' || missing > 0)).toEqual([]);
    });

    it('a UDP connection leaves an Endpoint that left', async () => {
      const [address = ''] = await lab.service('moving', { selector: { moving: 'yes' }, ports: [udp] });
      const label = (pod: string, value: string): Promise<string> =>
        lab.kubectl(['label', 'pod', pod, `moving${value}`, '--overwrite']);
      const isServedBy = (pod: string): Promise<void> =>
        lab.asks('client', { protocol: 'UDP', address, times: enough }, (seen) => expect(who(seen)).toEqual([pod]));
      await label('a', '=yes');
      await isServedBy('a');
      // Both go on answering whom they hear: only who forgets the connection leads it elsewhere.
      const talking = lab.ask('client', [{ protocol: 'UDP', address, times: 20 * 15, oneConnection: true }]);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await label('b', '=yes');
      await label('a', '-');
      await isServedBy('b');
      expect((await talking).map(who)).toEqual([['a', 'b']]);
    });

    it('an agent that is started again has the same groups and writes nothing', async () => {
      const before = await groups();
      const age = async (): Promise<number> => {
        const all = await Promise.all([41, 42, 106].map((table) => lab.flows('node-1', table)));
        const seconds = all.flat().map((flow) => Number(/duration=([\d.]+)s/.exec(flow)?.[1]));
        return Math.min(...seconds);
      };
      const ageBefore = await age();
      await lab.ok(['agent', 'node-1', 'restart']);
      await eventually(() => lab.node('node-1', 'curl', '-skf', 'https://127.0.0.1:10350/readyz'));
      expect(await groups()).toEqual(before);
      expect(await age()).toBeGreaterThan(ageBefore);
    });

    it('Open vSwitch killed: the same groups, and every Endpoint answers', async () => {
      const before = await groups();
      await lab.ok(['ovs', 'node-1', 'kill']);
      await lab.ok(['ovs', 'node-1', 'start']);
      await eventually(async () => expect(await groups()).toEqual(before));
      for (const from of ['client', 'far']) {
        await lab.asks(from, { address: webIps[0]!, times: enough }, (seen) => expect(who(seen)).toEqual(['a', 'b']));
      }
    });
  });

  it('what makes no sense harms nothing: slices of other families, of names, the same Endpoint twice', async () => {
    const [address = ''] = await lab.service('odd', { ports: [{ port: 80, targetPort: 8080 }] });
    const ports = [{ name: '', port: 8080 }];
    const a = { addresses: [podIp('a')], nodeName: 'node-1' };
    await lab.apply(
      slice('odd', 'odd-name', { addressType: 'FQDN', ports, endpoints: [{ addresses: ['web.external.test'] }] }),
      slice('odd', 'odd-family', { addressType: 'IPv6', ports, endpoints: [{ addresses: ['2001:db8::1'] }] }),
      slice('odd', 'odd-port', { ports: [{ name: 'other', port: 1 }], endpoints: [{ addresses: ['192.0.2.1'] }] }),
      slice('odd', 'odd-twice', { ports, endpoints: [a, a] }),
      slice('odd', 'odd-again', { ports, endpoints: [a] }),
    );
    await lab.asks('client', { address, times: enough }, (seen) => expect(who(seen)).toEqual(['a']));
    await lab.asks('client', { address: webIps[0]!, times: enough }, (seen) => expect(who(seen)).toEqual(['a', 'b']));
    const refused = await lab.run(['kubectl', 'create', 'service', 'clusterip', 'zero', '--tcp=0:80']);
    expect(refused.stderr).toMatch(/must be between 1 and 65535/);
    await eventually(async () => {
      const events = await lab.kubectl(['get', 'events', '--field-selector', 'reason=NoEndpoints']);
      expect(events).toMatch(/service\/nobody +no Endpoint is ready/);
    });
  });

  it(`${many} Endpoints of one Service, all outside of the cluster: each gets connections`, async () => {
    const hosts = Array.from({ length: 125 }, (_, index) => `203.0.113.${128 + index}`);
    const ports = Array.from({ length: many / hosts.length }, (_, index) => 9000 + index);
    // Any address of the range is one of the outside's own.
    await lab.ok(['external', '--', 'ip', 'route', 'add', 'local', '203.0.113.128/25', 'dev', 'lo']);
    const server = lab.outsideServer(...ports);
    try {
      const [address = ''] = await lab.service('many', { ports: [{ port: 80, targetPort: 9000 }] });
      const endpoints = hosts.map((host) => ({ addresses: [host] }));
      await lab.apply(
        ...ports.map((port) => slice('many', `many-${port}`, { ports: [{ name: '', port }], endpoints })),
      );
      await eventually(async () => {
        const flows = await lab.flows('node-1', 42, 'dst=203.0.113.');
        expect(flows.filter((flow) => /dst=[\d.]+:90/.test(flow))).toHaveLength(many);
      });
      const request = { address, times: connections, atOnce: 64 };
      const [seen = {}] = await lab.ask('client', [request], 110_000);
      expect(who(seen).filter((one) => !one.startsWith('203.0.113.'))).toEqual([]);
      expect(who(seen).length).toBeGreaterThanOrEqual(leastAnswering);
    } finally {
      server.kill();
    }
  });
});
