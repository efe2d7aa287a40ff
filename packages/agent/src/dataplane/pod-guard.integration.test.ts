import { formatFlow } from '@antrea-ts/openflow';
import { formatIp, linkLocalOf, parseIp, parseMac } from '@antrea-ts/net-types';
import { appctl, connectOpenFlow, flowDriver, type OpenFlowConnection } from '@antrea-ts/ovs';
import { startPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { createNodePipeline } from '@antrea-ts/pipeline';
import { planDiff, isEmptyPlan } from '@antrea-ts/reconcile';
import { sameFlow, flowKey } from '@antrea-ts/openflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

const { signal } = new AbortController();
const profile = nodeProfile();
const mallory = {
  ofPort: 5,
  mac: parseMac('0e:00:00:00:00:05'),
  addresses: [parseIp('10.10.0.5'), parseIp('fd10::5')],
};
const alice = { ofPort: 6, mac: parseMac('0e:00:00:00:00:06'), addresses: [parseIp('10.10.0.6'), parseIp('fd10::6')] };
const own = formatIp(linkLocalOf(mallory.mac));
const victims = formatIp(linkLocalOf(alice.mac));

/** What Open vSwitch itself says it would do with packets that a Pod sends. */
describe('packets that a Pod sends', () => {
  let ovs: PrivateOvs;
  let connection: OpenFlowConnection;

  beforeAll(async () => {
    ovs = await startPrivateOvs({ datapath: 'dummy' });
    const port = (name: string, number: number): string[] => [
      '--',
      'add-port',
      'br0',
      name,
      '--',
      'set',
      'Interface',
      name,
      `ofport_request=${number}`,
    ];
    await ovs.vsctl(
      'add-br',
      'br0',
      '--',
      'set',
      'Bridge',
      'br0',
      'fail_mode=secure',
      ...port('tun', 1),
      ...port('gw', 2),
      ...port('mallory', 5),
      ...port('alice', 6),
    );
    connection = await connectOpenFlow({ path: ovs.mgmtSocket('br0'), signal });
    const pipeline = createNodePipeline(profile);
    const flows = [...pipeline.base(), ...pipeline.pod(mallory), ...pipeline.pod(alice)];
    const desired = new Map(flows.map((flow) => [flowKey(flow), flow]));
    const driver = flowDriver(connection);
    const outcomes = await driver.apply(planDiff(desired, new Map(), sameFlow), { signal });
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
    const left = planDiff(desired, await driver.observe({ signal }), sameFlow);
    expect(isEmptyPlan(left), [...left.update.values()].map(({ observed }) => formatFlow(observed)).join('\n')).toBe(
      true,
    );
  });
  afterAll(async () => {
    await connection?.close();
    await ovs?.stop();
  });

  async function passes(flow: string): Promise<boolean> {
    const trace = await appctl({ runDir: ovs.runDir }, 'ofproto/trace', ['br0', flow], { signal });
    const actions = [...trace.matchAll(/^Datapath actions: (.*)$/gm)].map(([, text = '']) => text);
    return !actions.every((text) => text === 'drop');
  }

  const m = `in_port=5,dl_src=${mallory.mac}`;
  const broadcast = 'dl_dst=ff:ff:ff:ff:ff:ff';
  const toAlice = `dl_dst=${alice.mac}`;
  const arp = (spa: string, sha: string, operation = 2): string =>
    `arp,arp_op=${operation},arp_spa=${spa},arp_sha=${sha},arp_tpa=10.10.0.6`;
  const nd = (type: number, source: string, rest: string): string =>
    `icmp6,dl_dst=33:33:00:00:00:01,ipv6_src=${source},ipv6_dst=ff02::1,nw_ttl=255,icmpv6_type=${type},icmpv6_code=0${rest}`;

  it.each([
    ['its own ARP', `${m},${broadcast},${arp('10.10.0.5', mallory.mac)}`],
    ['an ARP request', `${m},${broadcast},${arp('10.10.0.5', mallory.mac, 1)}`],
    ['IPv4 to another Pod', `${m},${toAlice},icmp,nw_src=10.10.0.5,nw_dst=10.10.0.6,nw_ttl=64`],
    ['IPv6 to another Pod', `${m},${toAlice},icmp6,ipv6_src=fd10::5,ipv6_dst=fd10::6,nw_ttl=64,icmpv6_type=128`],
    ['a solicitation', `${m},${nd(135, 'fd10::5', `,nd_target=fd10::6,nd_sll=${mallory.mac}`)}`],
    ['a solicitation from its link-local address', `${m},${nd(135, own, `,nd_target=fd10::6,nd_sll=${mallory.mac}`)}`],
    ['an advertisement of its address', `${m},${nd(136, 'fd10::5', `,nd_target=fd10::5,nd_tll=${mallory.mac}`)}`],
    ['an advertisement of its link-local address', `${m},${nd(136, own, `,nd_target=${own},nd_tll=${mallory.mac}`)}`],
  ])('%s goes out', async (_, flow) => {
    expect(await passes(flow), flow).toBe(true);
  });

  it.each([
    ["ARP for the gateway's address", `${m},${broadcast},${arp('10.10.0.1', mallory.mac)}`],
    ["ARP for another Pod's address", `${m},${broadcast},${arp('10.10.0.6', mallory.mac)}`],
    ["ARP with the gateway's MAC inside", `${m},${broadcast},${arp('10.10.0.5', profile.gateway.mac)}`],
    [
      "ARP with the gateway's MAC outside",
      `in_port=5,dl_src=${profile.gateway.mac},${broadcast},${arp('10.10.0.5', mallory.mac)}`,
    ],
    ['IPv4 from another address', `${m},${toAlice},icmp,nw_src=10.10.0.9,nw_dst=10.10.0.6,nw_ttl=64`],
    [
      "IPv4 with another Pod's MAC",
      `in_port=5,dl_src=${alice.mac},${toAlice},icmp,nw_src=10.10.0.5,nw_dst=10.10.0.6,nw_ttl=64`,
    ],
    ['IPv6 from another address', `${m},${toAlice},icmp6,ipv6_src=fd10::9,ipv6_dst=fd10::6,nw_ttl=64,icmpv6_type=128`],
    ['a router advertisement', `${m},${nd(134, own, '')}`],
    ['a router advertisement with an odd code', `${m},${nd(134, own, '').replace('icmpv6_code=0', 'icmpv6_code=7')}`],
    ['a redirect', `${m},${nd(137, own, '')}`],
    [
      "an advertisement of the gateway's address",
      `${m},${nd(136, 'fd10::5', `,nd_target=fd10::1,nd_tll=${mallory.mac}`)}`,
    ],
    [
      "an advertisement of another Pod's link-local address",
      `${m},${nd(136, own, `,nd_target=${victims},nd_tll=${mallory.mac}`)}`,
    ],
    ["an advertisement with another's MAC", `${m},${nd(136, 'fd10::5', `,nd_target=fd10::5,nd_tll=${alice.mac}`)}`],
    ["a solicitation with another's MAC", `${m},${nd(135, 'fd10::5', `,nd_target=fd10::6,nd_sll=${alice.mac}`)}`],
    [
      "a packet from another's link-local address",
      `${m},${nd(135, victims, `,nd_target=fd10::6,nd_sll=${mallory.mac}`)}`,
    ],
    ['an IPv4 packet with a VLAN tag', `${m},${toAlice},dl_vlan=7,icmp,nw_src=10.10.0.5,nw_dst=10.10.0.6,nw_ttl=64`],
    ['ARP with a VLAN tag', `${m},${broadcast},dl_vlan=7,${arp('10.10.0.5', mallory.mac)}`],
    ['another ether type', `${m},${toAlice},dl_type=0x88cc`],
    ['RARP', `${m},${broadcast},rarp,arp_spa=10.10.0.5,arp_sha=${mallory.mac}`],
  ])('%s goes nowhere', async (_, flow) => {
    expect(await passes(flow), flow).toBe(false);
  });
});
