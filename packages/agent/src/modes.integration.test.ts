import { addMemoryForeignPod } from '@antrea-ts/host/testing';
import { formatCidr, formatInterfaceAddress, formatIp, parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AgentConfig } from './config/keys.js';
import { AgentFixture } from './testing/agent-fixture.js';

const why = whyNoPrivateOvs();

/** Everything of a Node that a mode, a tunnel type or a CIDR shapes. */
async function whatIsThere(node: AgentFixture, ovs: PrivateOvs) {
  const { machine } = node.host;
  const ports = (await node.ports()).toSorted();
  const types = await Promise.all(ports.map((port) => ovs.vsctl('get', 'Interface', port, 'type')));
  const rules = machine.trafficRules;
  return {
    ports: ports.map((port, index) => `${port} ${types[index]}`),
    gateway: machine.interfaces.get('antrea-gw0')?.addresses.map(formatInterfaceAddress),
    mtu: machine.interfaces.get('antrea-gw0')?.mtu,
    routes: [...machine.peerRoutes.values()]
      .map(({ destination, interfaceName, via }) =>
        [formatCidr(destination), via ? `via ${formatIp(via)}` : 'on link', interfaceName].join(' '),
      )
      .toSorted(),
    untracked: rules?.untrackedUdpPort,
    masqueraded: rules?.masquerade ? rules.localPodCidrs.map(formatCidr) : [],
    notMasqueraded: rules?.clusterPodCidrs.map(formatCidr).toSorted(),
    annotations: Object.entries(node.cluster.annotations.get('n1') ?? {}).filter(([, value]) => value !== null),
    flows: (await node.flows()).split('\n').toSorted(),
  };
}

const encapRoutes = ['10.10.2.0/24 via 10.10.2.1 antrea-gw0', '10.10.3.0/24 via 10.10.3.1 antrea-gw0'];
const direct = '10.10.2.0/24 via 192.168.1.12 eth0';
const macAnnotation = [['node.antrea.io/mac-address', expect.any(String)]];

/** Ways to run a Node, with what is to be seen of each. */
const ways: Readonly<Record<string, { readonly config: Partial<AgentConfig>; readonly seen: object }>> = {
  geneve: {
    config: {},
    seen: { ports: ['antrea-gw0 internal', 'antrea-tun0 geneve'], routes: encapRoutes, untracked: 6081, mtu: 1450 },
  },
  gre: {
    config: { tunnelType: 'gre' },
    seen: { ports: ['antrea-gw0 internal', 'antrea-tun0 gre'], routes: encapRoutes, untracked: undefined, mtu: 1462 },
  },
  noEncap: {
    config: { trafficEncapMode: 'noEncap' },
    seen: {
      ports: ['antrea-gw0 internal'],
      routes: [direct],
      masqueraded: ['10.10.1.0/24'],
      annotations: macAnnotation,
      mtu: 1500,
    },
  },
  noSNAT: {
    config: { trafficEncapMode: 'noEncap', noSNAT: true },
    seen: { ports: ['antrea-gw0 internal'], routes: [direct], masqueraded: [], annotations: macAnnotation },
  },
  hybrid: {
    config: { trafficEncapMode: 'hybrid' },
    seen: {
      ports: ['antrea-gw0 internal', 'antrea-tun0 geneve'],
      routes: [direct, encapRoutes[1]],
      annotations: macAnnotation,
    },
  },
  policyOnly: {
    config: { trafficEncapMode: 'networkPolicyOnly' },
    seen: {
      ports: ['antrea-gw0 internal'],
      gateway: ['192.168.1.11/32'],
      routes: [],
      masqueraded: [],
      notMasqueraded: [],
      annotations: macAnnotation,
    },
  },
};

describe.skipIf(why !== undefined)(`modes on a real Open vSwitch${why ? ` (skipped: ${why})` : ''}`, () => {
  let ovs: PrivateOvs;
  let node: AgentFixture;

  beforeAll(async () => {
    ovs = await startPrivateOvs();
  });
  afterAll(() => ovs?.stop());
  beforeEach(() => {
    node = new AgentFixture(ovs);
  });
  afterEach(() => node.close());

  /** Runs an agent until it is ready, and gives what is there when it has stopped. */
  async function after(of: AgentFixture, config: Partial<AgentConfig>) {
    const agent = await of.start({}, config);
    await agent.ready();
    agent.stop();
    await agent.ended;
    return whatIsThere(of, ovs);
  }

  it('changed between starts, nothing of the old way is left', async () => {
    const fresh = new Map<string, Awaited<ReturnType<typeof after>>>();
    for (const [name, { config, seen }] of Object.entries(ways)) {
      const alone = new AgentFixture(ovs);
      const found = await after(alone, config);
      await alone.close();
      expect(found, name).toMatchObject(seen);
      fresh.set(name, found);
    }
    // Each way is left for and reached from several others.
    const walk =
      'geneve gre noEncap hybrid policyOnly noEncap geneve hybrid gre policyOnly geneve noSNAT noEncap policyOnly hybrid';
    for (const name of walk.split(' ')) {
      expect(await after(node, ways[name]?.config ?? {}), name).toEqual(fresh.get(name));
    }
  }, 120_000);

  it('another Pod CIDR: gateway, rules and flows follow', async () => {
    const first = await after(node, {});
    node.changePodCidr('10.20.1.0/24');
    const second = await after(node, {});
    expect(second).toMatchObject({ gateway: ['10.20.1.1/24'], masqueraded: ['10.20.1.0/24'] });
    expect(second.notMasqueraded).not.toContain('10.10.1.0/24');
    expect(second.flows.filter((flow) => flow.includes('10.10.1.'))).toEqual([]);
    expect(first.flows.filter((flow) => flow.includes('10.10.1.'))).not.toEqual([]);
  });

  describe('networkPolicyOnly', () => {
    const config = { trafficEncapMode: 'networkPolicyOnly' } as const;
    const prevResult = {
      cniVersion: '0.4.0',
      interfaces: [{ name: 'veth1' }, { name: 'eth0', sandbox: '/netns/web' }],
      ips: [{ version: '4', address: '10.7.0.5/24', gateway: '10.7.0.1', interface: 1 }],
    };
    const connected = {
      ports: ['antrea-gw0 internal', 'veth1 ""'],
      gateway: ['192.168.1.11/32', '10.7.0.1/32'],
      routes: ['10.7.0.5/32 on link antrea-gw0'],
    };
    beforeEach(() => {
      addMemoryForeignPod(node.host.machine, {
        netns: '/netns/web',
        hostName: 'veth1',
        addresses: [parseInterfaceAddress('10.7.0.5/24')],
        gateways: [parseIp('10.7.0.1')],
      });
    });

    async function started() {
      const agent = await node.start({}, config);
      await agent.ready();
      return agent;
    }

    it('a Pod of another plugin comes, outlives a restart, and goes', async () => {
      const first = await started();
      const before = await whatIsThere(node, ovs);
      expect(await node.cni('ADD', 'c1', prevResult)).toEqual({ status: 200, body: JSON.stringify(prevResult) });
      const made = await whatIsThere(node, ovs);
      expect(made).toMatchObject(connected);
      expect(node.host.machine.foreignPods.get('veth1')).toMatchObject({
        adoptedFor: 'c1',
        interface: { hostAddresses: [], hostRoutes: [] },
      });
      first.stop();
      await first.ended;

      let lost = false;
      node.host.subscribe(() => {
        const { addresses = [] } = node.host.machine.interfaces.get('antrea-gw0') ?? {};
        lost ||= addresses.length < 2;
      });
      const second = await started();
      expect(await whatIsThere(node, ovs)).toEqual(made);
      expect(lost).toBe(false);
      expect(await node.cni('CHECK', 'c1', prevResult)).toMatchObject({ status: 200 });
      expect(await node.cni('ADD', 'c1', prevResult)).toMatchObject({ status: 200 });
      expect(await whatIsThere(node, ovs)).toEqual(made);
      expect(await node.cni('DEL', 'c1')).toMatchObject({ status: 200 });
      expect(await whatIsThere(node, ovs)).toEqual(before);
      expect(node.host.machine.foreignPods.has('veth1')).toBe(true);
      second.stop();
    });

    it('an agent that ends between writing down and taking over finds what it wrote down', async () => {
      const first = await started();
      node.host.faults.holdNext('pods.adopt');
      const answer = node.cni('ADD', 'c1', prevResult);
      await waitUntil('the port is there', async () => (await node.ports()).includes('veth1'));
      first.stop();
      await first.ended;
      expect(await answer).toMatchObject({ status: 500 });
      await started();
      expect(await node.cni('ADD', 'c1', prevResult)).toMatchObject({ status: 200 });
      expect(await whatIsThere(node, ovs)).toMatchObject(connected);
    });

    it('a failed ADD leaves nothing of ours, and can be repeated', async () => {
      await started();
      const before = await whatIsThere(node, ovs);
      node.host.faults.failNext('pods.adopt', new Error('veth1 is busy'));
      expect(await node.cni('ADD', 'c1', prevResult)).toMatchObject({
        status: 500,
        body: expect.stringContaining('veth1 is busy'),
      });
      expect(await whatIsThere(node, ovs)).toEqual(before);
      expect(await node.cni('ADD', 'c1', prevResult)).toMatchObject({ status: 200 });
      expect(await whatIsThere(node, ovs)).toMatchObject(connected);
    });
  });
});
