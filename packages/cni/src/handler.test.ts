import { parseCidr, parseInterfaceAddress, parseIp, parseMac } from '@antrea-ts/net-types';
import type { PodInterfaceState } from '@antrea-ts/host';
import { silentLogger } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import type { CniCall } from './call.js';
import { createCniHandler } from './handler.js';
import type { Ipam } from './ipam.js';
import type { AdoptRequest, AttachRequest, ChainedPods, PodNetwork, RepeatedAdds } from './pod-network.js';

const config = { cniVersion: '0.4.0', name: 'antrea', type: 'antrea', ipam: { type: 'host-local' } };
const { signal } = new AbortController();

function call(command: CniCall['command'], change: Partial<CniCall> & { config?: string } = {}): CniCall {
  return {
    command,
    containerId: 'c1',
    netns: '/proc/7/ns/net',
    ifName: 'eth0',
    args: new Map([
      ['K8S_POD_NAME', 'web'],
      ['K8S_POD_NAMESPACE', 'default'],
    ]),
    path: [],
    config: JSON.stringify(config),
    ...change,
  };
}

/** A Node whose parts write down what they are asked to do, and fail when told. */
function fakeNode(
  options: {
    failAttach?: boolean;
    ready?: Promise<void>;
    problems?: string[];
    problem?: string;
    attached?: string[];
    chained?: boolean;
    repeated?: RepeatedAdds;
  } = {},
) {
  const log: string[] = [];
  const requests: AttachRequest[] = [];
  const adoptions: AdoptRequest[] = [];
  const chained: ChainedPods = {
    async adopt(request) {
      log.push('adopt');
      adoptions.push(request);
      if (options.failAttach) throw new Error('veth1 is a port of cni0');
    },
    async check() {
      log.push('check');
      return options.problems ?? [];
    },
  };
  const network: PodNetwork = {
    ...(options.chained ? { chained } : {}),
    ...(options.repeated ? { repeated: options.repeated } : {}),
    podCidrs: () => [parseCidr('10.10.1.0/24')],
    ready: () => options.ready ?? Promise.resolve(),
    problem: () => options.problem,
    attached: () =>
      (options.attached ?? []).map((containerId) => ({
        containerId,
        ifName: 'eth0',
        netns: '',
        podName: containerId,
        podNamespace: 'default',
      })),
    async prepare() {
      log.push('prepare');
    },
    async attach(request) {
      log.push('attach');
      requests.push(request);
      if (options.failAttach) throw new Error('no such namespace');
      return {
        name: 'eth0',
        mac: parseMac('0e:00:00:00:00:05'),
        mtu: 1450,
        up: true,
        addresses: request.addresses,
        routes: request.routes,
        hostName: 'web-123456',
        hostMac: parseMac('0e:00:00:00:00:06'),
      };
    },
    async detach({ containerId }) {
      log.push(containerId === 'c1' ? 'detach' : `detach ${containerId}`);
    },
    async check({ container }) {
      log.push(container.containerId === 'c1' ? 'check' : `check ${container.containerId}`);
      return options.problems ?? [];
    },
  };
  const ipam: Ipam = {
    async allocate() {
      log.push('allocate');
      return [{ ...parseInterfaceAddress('10.10.1.5/24'), gateway: parseIp('10.10.1.1') }];
    },
    async release() {
      log.push('release');
    },
    async check({ containerId }) {
      log.push(containerId === 'c1' ? 'ipam check' : `ipam check ${containerId}`);
    },
    holders: async () => [],
  };
  return { log, requests, adoptions, handler: createCniHandler({ network, ipam, logger: silentLogger }) };
}

describe('ADD', () => {
  it('connects the Pod and answers in the words of the version', async () => {
    const { handler, log, requests } = fakeNode();
    const result = await handler.handle(call('ADD'), { signal });
    expect(log).toEqual(['allocate', 'prepare', 'attach']);
    expect(requests[0]?.container).toMatchObject({ podName: 'web', podNamespace: 'default' });
    expect(result).toEqual({
      cniVersion: '0.4.0',
      interfaces: [
        { name: 'web-123456', mac: '0e:00:00:00:00:06' },
        { name: 'eth0', mac: '0e:00:00:00:00:05', sandbox: '/proc/7/ns/net' },
      ],
      ips: [{ version: '4', interface: 1, address: '10.10.1.5/24', gateway: '10.10.1.1' }],
      routes: [{ dst: '0.0.0.0/0', gw: '10.10.1.1' }],
      dns: {},
    });
  });

  it('leaves the address family out of 1.0.0 results', async () => {
    const { handler } = fakeNode();
    const result = await handler.handle(call('ADD', { config: JSON.stringify({ ...config, cniVersion: '1.0.0' }) }), {
      signal,
    });
    expect(result).toMatchObject({ cniVersion: '1.0.0', ips: [{ interface: 1, address: '10.10.1.5/24' }] });
    expect(JSON.stringify(result)).not.toContain('"version"');
  });

  it('takes everything back when the connection fails', async () => {
    const { handler, log } = fakeNode({ failAttach: true });
    await expect(handler.handle(call('ADD'), { signal })).rejects.toMatchObject({
      code: 102,
      message: 'Pod default/web: no such namespace',
    });
    expect(log).toEqual(['allocate', 'prepare', 'attach', 'detach', 'release']);
  });

  it('asks the runtime to come back when what failed concerns every Pod', async () => {
    const { handler, log } = fakeNode({ failAttach: true, problem: 'not connected to ovsdb-server' });
    await expect(handler.handle(call('ADD'), { signal })).rejects.toMatchObject({
      code: 11,
      message: 'Pod default/web: no such namespace; no Pod can be connected now: not connected to ovsdb-server',
    });
    expect(log).toEqual(['allocate', 'prepare', 'attach', 'detach', 'release']);
  });

  it('asks the runtime to come back while the Node has no network', async () => {
    const { handler, log } = fakeNode({ ready: Promise.reject(new Error('not yet')) });
    await expect(handler.handle(call('ADD'), { signal })).rejects.toMatchObject({ code: 11 });
    expect(log).toEqual([]);
  });
});

describe('DEL', () => {
  it('removes the connection before it gives the address back', async () => {
    const { handler, log } = fakeNode();
    await handler.handle(call('DEL', { netns: '' }), { signal });
    expect(log).toEqual(['detach', 'release']);
  });
});

describe('CHECK', () => {
  const prevResult = {
    interfaces: [{ name: 'web-123456' }, { name: 'eth0', sandbox: '/proc/7/ns/net' }],
    ips: [{ address: '10.10.1.5/24', gateway: '10.10.1.1', interface: 1 }],
  };
  const check = (result: unknown, options = {}) =>
    fakeNode(options).handler.handle(call('CHECK', { config: JSON.stringify({ ...config, prevResult: result }) }), {
      signal,
    });

  it('is content when nothing is wrong', async () => {
    await expect(check(prevResult)).resolves.toEqual({});
  });

  it.each([
    [
      'a problem of the connection',
      prevResult,
      { problems: ['address 10.10.1.5/24 is missing on eth0'] },
      103,
      /is missing on eth0/,
    ],
    ['a result of another namespace', { ...prevResult, interfaces: [] }, {}, 103, /prevResult does not match/],
    ['no result at all', undefined, {}, 7, /prevResult is missing/],
    [
      'a result with text that is no address',
      { ...prevResult, ips: [{ address: 'x', gateway: 'y' }] },
      {},
      7,
      /prevResult.ips: x/,
    ],
  ])('tells of %s', async (_, result, options, code, message) => {
    await expect(check(result, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('STATUS', () => {
  it('is content when the network is ready', async () => {
    await expect(fakeNode().handler.handle(call('STATUS'), { signal })).resolves.toEqual({});
  });

  it('says why an ADD would fail', async () => {
    const { handler } = fakeNode({ problem: 'flows are not installed yet' });
    await expect(handler.handle(call('STATUS'), { signal })).rejects.toMatchObject({
      code: 50,
      message: expect.stringContaining('flows are not installed yet'),
    });
  });
});

describe('GC', () => {
  it('removes what the runtime does not know, and nothing else', async () => {
    const { handler, log } = fakeNode({ attached: ['known', 'stale'] });
    const gc = {
      ...config,
      cniVersion: '1.1.0',
      'cni.dev/valid-attachments': [{ containerID: 'known', ifname: 'eth0' }],
    };
    await handler.handle(call('GC', { config: JSON.stringify(gc) }), { signal });
    expect(log).toEqual(['detach stale', 'release']);
  });

  it('removes nothing when it is not told what is valid', async () => {
    const { handler, log } = fakeNode({ attached: ['one'] });
    await expect(handler.handle(call('GC'), { signal })).rejects.toMatchObject({ code: 7 });
    expect(log).toEqual([]);
  });
});

describe('behind another plugin', () => {
  const prevResult = {
    cniVersion: '0.4.0',
    interfaces: [{ name: 'veth1' }, { name: 'eth0', sandbox: '/proc/7/ns/net' }],
    ips: [
      { version: '4', address: '10.10.1.5/24', gateway: '10.10.1.1', interface: 1 },
      { version: '4', address: '192.168.9.9/24', interface: 0 },
      { version: '6', address: 'fd10::5/64' },
    ],
    dns: { nameservers: ['10.96.0.10'], 'x-theirs': true },
    'x-theirs': [1],
  };
  const chained = (command: 'ADD' | 'CHECK', result: unknown, options = {}) => {
    const node = fakeNode({ chained: true, ...options });
    const answer = node.handler.handle(call(command, { config: JSON.stringify({ ...config, prevResult: result }) }), {
      signal,
    });
    return { ...node, answer };
  };

  it('ADD connects what that one made, and hands its result on word for word', async () => {
    const { answer, log, adoptions } = chained('ADD', prevResult);
    expect(await answer).toEqual(prevResult);
    expect(log).toEqual(['adopt']);
    expect(adoptions[0]?.addresses).toEqual([parseIp('10.10.1.5'), parseIp('fd10::5')]);
  });

  it('ADD takes back only the connection when it fails', async () => {
    const { answer, log } = chained('ADD', prevResult, { failAttach: true });
    await expect(answer).rejects.toMatchObject({ code: 102, message: expect.stringContaining('port of cni0') });
    expect(log).toEqual(['adopt', 'detach']);
  });

  it.each([
    ['no result', undefined, /prevResult is missing .* after it in the list of plugins/],
    ['no address', { ...prevResult, ips: [] }, /prevResult\.ips has no address for eth0/],
    ['text that is no address', { ...prevResult, ips: [{ address: 'x' }] }, /prevResult\.ips: x/],
  ])('ADD refuses %s', async (_, result, message) => {
    const { answer, log } = chained('ADD', result);
    await expect(answer).rejects.toMatchObject({ code: 7, message: expect.stringMatching(message) });
    expect(log).toEqual([]);
  });

  it('CHECK looks at the connection alone', async () => {
    const { answer, log } = chained('CHECK', prevResult);
    expect(await answer).toEqual({});
    expect(log).toEqual(['check']);
    await expect(chained('CHECK', prevResult, { problems: ['OVS has no port veth1'] }).answer).rejects.toMatchObject({
      code: 103,
    });
  });

  it('DEL and GC give back no address', async () => {
    const { handler, log } = fakeNode({ chained: true, attached: ['stale'] });
    await handler.handle(call('DEL', { netns: '' }), { signal });
    const gc = { ...config, cniVersion: '1.1.0', 'cni.dev/valid-attachments': [] };
    await handler.handle(call('GC', { config: JSON.stringify(gc) }), { signal });
    expect(log).toEqual(['detach', 'detach stale']);
  });
});

describe('where the runtime asks repeatedly', () => {
  const pod: PodInterfaceState = {
    name: 'eth0',
    mac: parseMac('0e:00:00:00:00:05'),
    mtu: 1450,
    up: true,
    addresses: [parseInterfaceAddress('10.10.1.9/24')],
    routes: [{ destination: parseCidr('0.0.0.0/0'), gateway: parseIp('10.10.1.1') }],
    hostName: 'web-123456',
    hostMac: parseMac('0e:00:00:00:00:06'),
  };
  const repeated = (existing: () => Promise<PodInterfaceState | undefined>): { repeated: RepeatedAdds } => ({
    repeated: { infraOf: ({ containerId, netns }) => netns.split(':')[1] ?? containerId, existing },
  });
  const member = { containerId: 'c2', netns: 'container:c1' };

  it('the first ADD makes the network', async () => {
    const { handler, log } = fakeNode(repeated(async () => undefined));
    await handler.handle(call('ADD', { netns: 'none' }), { signal });
    expect(log).toEqual(['allocate', 'prepare', 'attach']);
  });

  it.each([
    ['that container', { netns: 'none' }],
    ['one that shares its network', member],
  ])('an ADD for %s after that answers with what is there', async (_, change) => {
    const { handler, log } = fakeNode(repeated(async () => pod));
    expect(await handler.handle(call('ADD', change), { signal })).toMatchObject({
      interfaces: [{ name: 'web-123456' }, { name: 'eth0', mac: pod.mac, sandbox: change.netns }],
      ips: [{ address: '10.10.1.9/24', gateway: '10.10.1.1', interface: 1 }],
      routes: [{ dst: '0.0.0.0/0', gw: '10.10.1.1' }],
    });
    expect(log).toEqual([]);
  });

  it('one that has nothing to share is told of, and nothing is taken back', async () => {
    const { handler, log } = fakeNode(repeated(() => Promise.reject(new Error('container c1 has no endpoint'))));
    const failed = handler.handle(call('ADD', member), { signal });
    await expect(failed).rejects.toMatchObject({ code: 102, message: 'Pod default/web: container c1 has no endpoint' });
    expect(log).toEqual([]);
  });

  it('the network goes with the container that it was made for, and with no other', async () => {
    const { handler, log } = fakeNode(repeated(async () => pod));
    await handler.handle(call('DEL', member), { signal });
    expect(log).toEqual([]);
    await handler.handle(call('DEL', { netns: 'none' }), { signal });
    expect(log).toEqual(['detach', 'release']);
  });

  it('a CHECK is about the container that has the network', async () => {
    const { handler, log } = fakeNode(repeated(async () => pod));
    const prevResult = { interfaces: [{ name: 'eth0', sandbox: member.netns }], ips: [] };
    await handler.handle(call('CHECK', { ...member, config: JSON.stringify({ ...config, prevResult }) }), { signal });
    expect(log).toEqual(['ipam check', 'check']);
  });

  it('calls of all containers of a Pod are serialised', async () => {
    const order: string[] = [];
    const { handler } = fakeNode(
      repeated(async () => {
        order.push('begin');
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push('end');
        return pod;
      }),
    );
    await Promise.all(
      ['none', member.netns].map((netns, at) =>
        handler.handle(call('ADD', { containerId: `c${at + 1}`, netns }), { signal }),
      ),
    );
    expect(order).toEqual(['begin', 'end', 'begin', 'end']);
  });
});

it('serialises the calls of one container', async () => {
  const { handler, log } = fakeNode();
  await Promise.all([handler.handle(call('ADD'), { signal }), handler.handle(call('DEL'), { signal })]);
  expect(log).toEqual(['allocate', 'prepare', 'attach', 'detach', 'release']);
});
