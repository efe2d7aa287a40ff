import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { ShakenNode } from './shaken-node.js';
import { countDuring, listener, type Counts } from './traffic.js';

/** A thousand in the long form. */
const kills = process.env['TEST_LONG'] ? 1_000 : 20;
const forgedAddress = '10.10.1.250';

/** One Pod may talk to everybody, the other to nobody. */
const policy = (name: string, may: string, egress: object[]): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'default' },
  spec: { podSelector: { matchLabels: { may } }, policyTypes: ['Egress'], egress },
});

// Packets are also lost for want of processor time, on a machine that others use: then once more.
describe('restarts', { retry: 1 }, () => {
  const lab = new Lab('restart');
  const node = new ShakenNode(lab, 'node-1');
  const apply = (...items: object[]): Promise<string> =>
    lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const ping = async (from: string): Promise<number> =>
    (await lab.exec(`default/${from}`, 'ping', '-c1', '-W1', (await lab.podIps('far'))[0] ?? '')).exitCode;

  beforeAll(async () => {
    await lab.up('--nodes', '2');
    await lab.pods([
      { name: 'here', node: 'node-1', labels: { may: 'talk' } },
      { name: 'neighbour', node: 'node-1', labels: { may: 'nothing' } },
      { name: 'far', node: 'node-2', command: listener },
    ]);
    // Whoever counts conjunctions from the first again after a restart gives the others different ones.
    await apply(policy('first', 'talk', [{}]));
    await eventually(async () => expect(await node.flows()).toContainEqual(expect.stringContaining('conj_id')));
    await apply(policy('talk', 'talk', [{}]), policy('nothing', 'nothing', []));
    // The first packet between two Nodes waits for the underlay to find its neighbour.
    await eventually(async () => expect(await ping('here')).toBe(0));
    await eventually(async () => expect(await ping('neighbour')).toBe(1));
    await lab.kubectl(['delete', 'networkpolicy', 'first']);
    await lab.exec('default/here', 'ip', 'addr', 'add', `${forgedAddress}/32`, 'dev', 'eth0');
  });
  afterAll(() => lab.down());

  /** Counts what arrives of an allowed Pod, a denied one and a forged address, while something happens. */
  async function whileSending(event: () => Promise<void>, intervalMs = 10): Promise<Counts> {
    const flows = [{ from: 'here' }, { from: 'neighbour' }, { from: 'here', forged: forgedAddress }];
    const [own, denied, forged] = await countDuring(lab, { flows, to: 'far', intervalMs }, async () => {
      await event();
      // What is lost right afterwards counts too; and on a fast machine the event alone is too short to tell anything.
      await delay(2_000);
    });
    expect(denied?.pings.sent).toBeGreaterThan(20);
    expect(denied?.datagrams.sent).toBeGreaterThan(20);
    expect([denied?.pings.received, denied?.datagrams.received, forged?.pings.received]).toEqual([0, 0, 0]);
    return own!;
  }

  async function losingNothing(event: () => Promise<void>, intervalMs?: number): Promise<void> {
    const { pings, datagrams } = await whileSending(event, intervalMs);
    expect([pings.lost, datagrams.lost]).toEqual([0, 0]);
  }

  it(
    `the agent killed ${kills} times at any moment: no packet lost, none let through, the switch told nothing`,
    async () => {
      const startMs = await agentStartMs();
      const before = [await node.flows(), await node.groups()];
      const age = await node.youngestFlowSeconds();
      const told = await node.toldDuring(() => losingNothing(() => killThroughStart(startMs)));
      // Most starts came so far that they read back; none had anything to send.
      expect(told).toContain('OFPST_FLOW');
      expect(told.filter((name) => /_MOD|BUNDLE|PACKET_OUT/.test(name))).toEqual([]);
      expect([await node.flows(), await node.groups()]).toEqual(before);
      expect(await node.youngestFlowSeconds()).toBeGreaterThan(age);
      const plans = [...(await node.log('agent')).matchAll(/Read installed flows installed=\d+ (.*)/g)];
      expect(new Set(plans.slice(1).map(([, plan]) => plan))).toEqual(new Set(['missing=0 altered=0 unwanted=0']));
    },
    kills * 20_000,
  );

  async function agentStartMs(): Promise<number> {
    await node.act('agent', 'stop');
    const begin = Date.now();
    await node.act('agent', 'start');
    await node.ready();
    const took = Date.now() - begin;
    await node.killAgent();
    return took;
  }

  /** Each kill has its own part of the time from the first instruction to a while after the agent is ready. */
  async function killThroughStart(startMs: number): Promise<void> {
    for (let i = 0; i < kills; i++) {
      if (i % 5 === 1) await lab.ok(['controller', 'kill']);
      await node.killAgentAfter(((i + Math.random()) / kills) * 1.3 * startMs);
      if (i % 5 === 3) await lab.ok(['controller', 'start']);
    }
    await node.act('agent', 'start');
    await node.ready();
  }

  it('the agent killed right after a policy took hold, before it was kept on disk: it holds all the same', async () => {
    const kept = '/var/run/antrea/policy/agreed';
    await lab.pods([{ name: 'late', node: 'node-1', labels: { may: 'late' } }]);
    await node.run('cp', kept, `${kept}.older`);
    await apply(policy('late', 'late', []));
    await eventually(async () => expect(await ping('late')).toBe(1));
    const flows = [{ from: 'late' }];
    const [counts] = await countDuring(lab, { flows, to: 'far', intervalMs: 10 }, async () => {
      await node.killAgent();
      await node.run('mv', `${kept}.older`, kept);
      await node.act('agent', 'start');
      await node.ready();
    });
    expect(counts?.pings.sent).toBeGreaterThan(20);
    expect([counts?.pings.received, counts?.datagrams.received]).toEqual([0, 0]);
    await lab.kubectl(['delete', 'pod', 'late', '--grace-period=1']);
    await lab.kubectl(['delete', 'networkpolicy', 'late']);
    await eventually(async () => expect(await node.run('ovs-vsctl', 'list-ports', 'br-int')).not.toContain('late-'));
  });

  it('the agent stopped, what an older one left found at the next start: forwards all the time, and cleans up', async () => {
    const before = await node.flows();
    const nat = await node.run('iptables', '-w', '-t', 'nat', '-S', 'ANTREA-POSTROUTING');
    const addFlow = (flow: string): Promise<string> =>
      node.run('ovs-ofctl', '-O', 'OpenFlow13', 'add-flow', 'br-int', flow);
    await losingNothing(async () => {
      await node.act('agent', 'stop');
      await addFlow('cookie=0x7000000000000,table=70,priority=210,ip,nw_dst=10.10.99.9,actions=drop');
      await addFlow('cookie=0x7000000000000,table=99,priority=210,ip,nw_dst=10.10.99.9,actions=drop');
      await node.run('ovs-ofctl', '-O', 'OpenFlow13', 'add-group', 'br-int', 'group_id=999,type=all');
      await node.run('iptables', '-w', '-t', 'nat', '-A', 'ANTREA-POSTROUTING', '-s', '10.99.0.0/16', '-j', 'ACCEPT');
      await node.run('ip', 'route', 'add', '10.10.99.0/24', 'dev', 'antrea-gw0', 'proto', '65');
      await delay(1_000);
      await node.act('agent', 'start');
      await node.ready();
    });
    expect(await node.flows()).toEqual(before);
    expect(await node.groups()).not.toContainEqual(expect.stringContaining('group_id=999'));
    expect(await node.run('iptables', '-w', '-t', 'nat', '-S', 'ANTREA-POSTROUTING')).toBe(nat);
    expect(await node.run('ip', 'route')).not.toContain('10.10.99.0/24');
  });

  it.each(['restart', 'kill'])('ovsdb-server alone, %s: no packet lost, no flow touched', async (how) => {
    const before = await node.flows();
    const age = await node.youngestFlowSeconds();
    // The userspace datapath stands still until its switch has its database again, and what waits has little room.
    await losingNothing(async () => {
      await node.act('ovs', how, '--daemon', 'ovsdb-server');
      await node.act('ovs', 'start', '--daemon', 'ovsdb-server');
      await node.ready();
      await eventually(async () => expect(await ping('here')).toBe(0));
    }, 50);
    expect(await node.flows()).toEqual(before);
    expect(await node.youngestFlowSeconds()).toBeGreaterThan(age);
  });

  it.each([
    { what: 'ovs-vswitchd alone', only: ['--daemon', 'ovs-vswitchd'] },
    { what: 'all of Open vSwitch', only: [] },
  ])('$what, killed and started: everything is back, and nothing denied passes meanwhile', async ({ only }) => {
    const before = [await node.flows(), await node.groups()];
    const { pings, datagrams } = await whileSending(async () => {
      await node.act('ovs', 'kill', ...only);
      await node.act('ovs', 'start', ...only);
      await node.ready();
      await eventually(async () => expect([await node.flows(), await node.groups()]).toEqual(before));
      await eventually(async () => expect(await ping('here')).toBe(0));
    });
    console.log(`lost: ${pings.lost} of ${pings.sent} pings, ${datagrams.lost} of ${datagrams.sent} datagrams`);
  });

  it('removes what Pods left that vanished while no agent ran', async () => {
    await lab.pods([{ name: 'doomed', node: 'node-1' }]);
    const ports = async (): Promise<string> => node.run('ovs-vsctl', 'list-ports', 'br-int');
    expect(await ports()).toContain('doomed-');
    await node.act('agent', 'kill');
    await lab.kubectl(['delete', 'pod', 'doomed', '--grace-period=0', '--force', '--wait=false']);
    await eventually(async () => expect(await lab.kubectl(['get', 'pods', '-o', 'name'])).not.toContain('doomed'));
    await node.act('agent', 'start');
    await node.ready();
    expect(await ports()).not.toContain('doomed-');
    expect((await node.flows()).filter((line) => line.includes('actions=load:0x2->NXM_NX_REG0[0..3]'))).toHaveLength(2);
  });

  it('a flow, a route and a rule that somebody changed are repaired, and it is told', async () => {
    const before = await node.flows();
    const drop = 'table=0,priority=999,ip,actions=drop';
    await node.run('ovs-ofctl', '-O', 'OpenFlow13', 'del-flows', 'br-int', 'table=70');
    await node.run('ovs-ofctl', '-O', 'OpenFlow13', 'add-flow', 'br-int', drop);
    await node.run('ip', 'route', 'del', '10.10.2.0/24');
    await node.run('iptables', '-w', '-t', 'nat', '-F', 'ANTREA-POSTROUTING');
    await eventually(async () => expect(await node.flows()).toEqual(before), 40_000);
    await eventually(async () => {
      expect(await node.run('ip', 'route')).toContain('10.10.2.0/24 via 10.10.2.1 dev antrea-gw0');
      expect(await node.run('iptables', '-w', '-t', 'nat', '-S', 'ANTREA-POSTROUTING')).toContain('MASQUERADE');
    }, 40_000);
    const log = await node.log('agent');
    expect(log).toContain('Repairing a flow that was changed from outside');
    expect(log).toContain('Repaired');
  });
});
