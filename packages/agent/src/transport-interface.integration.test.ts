import { addMemoryInterface } from '@antrea-ts/host/testing';
import { formatCidr, formatInterfaceAddress, formatIp, parseInterfaceAddress } from '@antrea-ts/net-types';
import { startPrivateOvs, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AgentConfig } from './config/keys.js';
import { AgentFixture } from './testing/agent-fixture.js';

const why = whyNoPrivateOvs();
const annotation = 'node.antrea.io/transport-addresses';

describe.skipIf(why !== undefined)(`a transport interface${why ? ` (skipped: ${why})` : ''}`, () => {
  let ovs: PrivateOvs;
  let node: AgentFixture;

  beforeAll(async () => {
    ovs = await startPrivateOvs();
  });
  afterAll(() => ovs?.stop());
  beforeEach(() => {
    node = new AgentFixture(ovs);
    node.changePodCidr('10.10.1.0/24', 'fd00:10:1::/64');
    addressed('eth0', '192.168.1.11/24', 'fd01::11/64');
    addressed('eth1', '10.0.0.11/24', 'fd02::11/64');
    // Both peers announce where they are on the second network; one is in our subnet there.
    node.cluster.annotations.set('n2', { [annotation]: '10.0.0.12,fd02::12' });
    node.cluster.annotations.set('n3', { [annotation]: '10.0.9.13,fd09::13' });
  });
  afterEach(() => node.close());

  function addressed(name: string, ...addresses: readonly string[]): void {
    const { machine } = node.host;
    const there = machine.interfaces.get(name) ?? addMemoryInterface(machine, name);
    machine.interfaces.set(name, { ...there, addresses: addresses.map((text) => parseInterfaceAddress(text)) });
  }

  /** Runs an agent until it is ready; gives how it reaches peers, and what it says of itself. */
  async function after(config: Partial<AgentConfig>) {
    const agent = await node.start({}, config);
    await agent.ready();
    agent.stop();
    await agent.ended;
    const { machine } = node.host;
    const flows = await node.flows();
    return {
      tunnels: [
        ...new Set([...flows.matchAll(/set_field:([^,\s]+)->tun_dst/g)].map(([, peer = '']) => peer)),
      ].toSorted(),
      routes: [...machine.peerRoutes.values()]
        .filter(({ interfaceName }) => interfaceName !== 'antrea-gw0')
        .map(
          ({ destination, via, interfaceName }) =>
            `${formatCidr(destination)} ${via && formatIp(via)} ${interfaceName}`,
        )
        .toSorted(),
      gateway: machine.interfaces.get('antrea-gw0')?.addresses.map(formatInterfaceAddress),
      masquerades: machine.trafficRules?.masquerade,
      announced: node.cluster.annotations.get('n1')?.[annotation] ?? null,
    };
  }

  const pods = ['10.10.1.1/24', 'fd00:10:1::1/64'];
  const near = ['10.10.2.0/24 10.0.0.12 eth1', 'fd00:10:2::/64 fd02::12 eth1'];
  const modes = {
    encap: { tunnels: ['10.0.0.12', '10.0.9.13'], routes: [], gateway: pods, masquerades: true },
    noEncap: { tunnels: [], routes: near, gateway: pods, masquerades: true },
    hybrid: { tunnels: ['10.0.9.13'], routes: near, gateway: pods, masquerades: true },
    networkPolicyOnly: { tunnels: [], routes: [], gateway: ['10.0.0.11/32', 'fd02::11/128'], masquerades: false },
  } as const;

  it.each(Object.entries(modes))('%s: is used for both families, and announced until it goes', async (mode, seen) => {
    const trafficEncapMode = mode as keyof typeof modes;
    const chosen = await after({ trafficEncapMode, transportInterface: 'eth1' });
    expect(chosen).toEqual({ ...seen, announced: '10.0.0.11,fd02::11' });
    const without = await after({ trafficEncapMode });
    expect(without.announced).toBeNull();
    expect(without.routes.filter((route) => route.includes('eth1'))).toEqual([]);
    if (mode === 'networkPolicyOnly') expect(without.gateway).toEqual(['192.168.1.11/32', 'fd01::11/128']);
  });

  it.each(['noEncap', 'networkPolicyOnly'] as const)(
    '%s with noSNAT: nothing is masqueraded',
    async (trafficEncapMode) => {
      const seen = { ...modes[trafficEncapMode], masquerades: false, announced: '10.0.0.11,fd02::11' };
      expect(await after({ trafficEncapMode, transportInterface: 'eth1', noSNAT: true })).toEqual(seen);
    },
  );

  it.each(['noEncap', 'hybrid'] as const)(
    '%s: of one family alone it is refused by both keys',
    async (trafficEncapMode) => {
      addressed('eth1', '10.0.0.11/24');
      const agent = await node.start({}, { trafficEncapMode, transportInterface: 'eth1' });
      await expect(agent.ended).rejects.toThrow(
        `transportInterface eth1 with trafficEncapMode ${trafficEncapMode}: it has no global unicast address of ipv6`,
      );
      expect(node.cluster.annotations.get('n1')).toBeUndefined();
    },
  );

  it("the Node's addresses on two interfaces are refused", async () => {
    addressed('eth0', '192.168.1.11/24');
    addressed('eth1', 'fd01::11/64');
    const agent = await node.start();
    await expect(agent.ended).rejects.toThrow(
      'its addresses 192.168.1.11 and fd01::11 are on different interfaces, eth0 and eth1; they must be on one',
    );
  });
});
