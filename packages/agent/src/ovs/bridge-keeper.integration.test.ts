import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { policyMeter } from '@antrea-ts/pipeline';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentFixture } from '../testing/agent-fixture.js';

const why =
  whyNoPrivateOvs() ??
  (existsSync('/opt/cni/bin/host-local') ? 'the real host-local would be asked for addresses' : undefined);

describe.skipIf(why !== undefined)(`what others change of the bridge${why ? ` (skipped: ${why})` : ''}`, () => {
  let ovs: PrivateOvs;
  let node: AgentFixture;
  let agent: Awaited<ReturnType<AgentFixture['start']>>;
  let pod = '';

  beforeAll(async () => {
    ovs = await startPrivateOvs();
    node = new AgentFixture(ovs);
    agent = await node.start();
    await agent.ready();
    expect(await node.cni('ADD', 'c1')).toMatchObject({ status: 200 });
    pod = (await node.ports()).find((name) => !name.startsWith('antrea-')) ?? '';
    expect(pod).not.toBe('');
  });
  afterAll(async () => {
    await node?.close();
    await ovs?.stop();
  });

  /** All of ours in the database, and the flows, without what Open vSwitch numbers anew. */
  async function whatIsThere(): Promise<string> {
    const columns = (table: string, names: string): Promise<string> =>
      ovs.vsctl('--format=csv', '--data=bare', `--columns=${names}`, 'list', table);
    const database = await Promise.all([
      columns('Bridge', 'name,datapath_type,protocols,fail_mode,external_ids'),
      columns('Port', 'name,tag,trunks,vlan_mode,external_ids'),
      columns('Interface', 'name,type,options,ofport_request,mtu_request'),
    ]);
    const sorted = database.map((text) => text.split('\n').toSorted().join('\n'));
    const ofPort = await ovs.vsctl('--if-exists', 'get', 'Interface', pod, 'ofport');
    const flows = (await node.flows()).replaceAll(new RegExp(`in_port="?(${pod}|${ofPort})"?`, 'g'), 'in_port=POD');
    return [
      ...sorted,
      flows
        .replaceAll(/load:0x[0-9a-f]+->NXM_NX_REG1\[\]/g, 'load:PORT')
        .split('\n')
        .toSorted()
        .join('\n'),
    ].join('\n\n');
  }

  const damages: readonly [string, (string | (() => string))[], RegExp][] = [
    ['the fail mode', ['set-fail-mode', 'br-int', 'standalone'], /fail_mode was standalone, not secure/],
    ['the protocols', ['set', 'Bridge', 'br-int', 'protocols=OpenFlow10'], /protocols was OpenFlow10, not/],
    ['the round', ['clear', 'Bridge', 'br-int', 'external_ids'], /external_ids:roundNum was unset, not 1/],
    ['type of the tunnel', ['set', 'Interface', 'antrea-tun0', 'type=gre'], /type was gre, not geneve/],
    [
      'options of the tunnel',
      ['set', 'Interface', 'antrea-tun0', 'options:remote_ip=192.0.2.1', 'options:dst_port=9'],
      /remote_ip was 192.0.2.1, not flow.*dst_port was 9, not unset/,
    ],
    ['number of the gateway', ['set', 'Interface', 'antrea-gw0', 'ofport_request=77'], /ofport_request was 77, not 2/],
    ['MTU of the gateway', ['set', 'Interface', 'antrea-gw0', 'mtu_request=900'], /mtu_request was 900, not 1450/],
    ['VLAN of the gateway', ['set', 'Port', 'antrea-gw0', 'tag=7'], /antrea-gw0.*tag was 7, not unset/],
    [
      'VLANs of the tunnel',
      ['set', 'Port', 'antrea-tun0', 'trunks=7,8', 'vlan_mode=trunk'],
      /antrea-tun0.*trunks was 7,8, not unset.*vlan_mode was trunk, not unset/,
    ],
    [
      "VLAN of a Pod's port",
      ['set', 'Port', () => pod, 'tag=9', 'vlan_mode=native-tagged'],
      /tag was 9, not unset.*vlan_mode was native-tagged, not unset/,
    ],
    [
      "number of a Pod's port",
      ['set', 'Interface', () => pod, 'ofport_request=77'],
      /ofport_request was 77, not unset/,
    ],
    ["options of a Pod's port", ['set', 'Interface', () => pod, 'options:n_rxq=2'], /options:n_rxq was 2, not unset/],
    ['the tunnel', ['del-port', 'antrea-tun0'], /antrea-tun0.*it was deleted/],
    ['the gateway', ['del-port', 'antrea-gw0'], /antrea-gw0.*it was deleted/],
    ["a Pod's port", ['del-port', 'br-int', () => pod], /it was deleted/],
    [
      "who a Pod's port belongs to",
      ['clear', 'Port', () => pod, 'external_ids'],
      /external_ids:pod-name was unset, not web/,
    ],
    [
      "a Pod's address",
      ['set', 'Port', () => pod, 'external_ids:ip-address=10.10.1.99'],
      /external_ids:ip-address was 10.10.1.99, not 10.10.1.5/,
    ],
    ['the bridge', ['del-br', 'br-int'], /br-int.*it was deleted/],
  ];

  it.each(damages)('%s is put right, and it is told what it was', async (_, command, told) => {
    const before = await whatIsThere();
    const from = agent.log.entries.length;
    await ovs.vsctl(...command.map((word) => (typeof word === 'string' ? word : word())));
    const repairs = (): string =>
      agent.log.entries
        .slice(from)
        .filter(({ level, message }) => level === 'warn' && message.startsWith('Repaired'))
        .map(({ fields }) => JSON.stringify(fields))
        .join('\n');
    await waitUntil('it is told', () => told.test(repairs()));
    await waitUntil('all is as before', async () => (await whatIsThere()) === before);
  });

  it("a Pod's interface that was set down, with another MTU", async () => {
    const { podInterfaces } = node.host.machine;
    const found = podInterfaces.get(pod);
    expect(found?.hostEnd).toEqual({ up: true, mtu: 1450 });
    if (found) podInterfaces.set(pod, { ...found, hostEnd: { up: false, mtu: 900 } });
    node.host.machine.changed('links');
    await waitUntil('it is as before', () => podInterfaces.get(pod)?.hostEnd.up === true);
    expect(podInterfaces.get(pod)?.hostEnd).toEqual({ up: true, mtu: 1450 });
    await waitUntil('it is told what it was', () =>
      agent.log.entries.some(
        ({ message, fields }) =>
          message === "Repaired a Pod's interface that was changed from outside" &&
          JSON.stringify(fields).includes('"changes":["it was down","mtu was 900, not 1450"]'),
      ),
    );
  });

  it('the meter of policies is put right when flows are looked over', async () => {
    const meter = async (): Promise<string> =>
      (await ovs.ofctl('-O', 'OpenFlow13', 'dump-meters', 'br-int')).replace(/^.*xid.*\n/, '');
    const before = await meter();
    await ovs.ofctl(
      '-O',
      'OpenFlow13',
      'mod-meter',
      'br-int',
      `meter=${policyMeter.meter},pktps,band=type=drop,rate=1`,
    );
    // Any change of the bridge has flows and meters looked over at once; a half minute would do as well.
    await ovs.vsctl('clear', 'Bridge', 'br-int', 'external_ids');
    await waitUntil('it is as before', async () => (await meter()) === before);
    await waitUntil('it is told what it was', () =>
      agent.log.entries.some(
        ({ message, fields }) =>
          message === 'Repaired a meter that was changed from outside' && JSON.stringify(fields).includes('"rate":1'),
      ),
    );
  });

  it('leaves what others wrote of their own, and a port of somebody else', async () => {
    await ovs.vsctl('set', 'Bridge', 'br-int', 'external_ids:theirs=1');
    await ovs.vsctl('set', 'Port', pod, 'external_ids:theirs=2');
    await ovs.vsctl('add-port', 'br-int', 'theirs', '--', 'set', 'Interface', 'theirs', 'type=dummy');
    await ovs.vsctl('set', 'Bridge', 'br-int', 'fail_mode=standalone');
    await ovs.vsctl('remove', 'Port', pod, 'external_ids', 'pod-name');
    await waitUntil('ours is back', async () => (await ovs.vsctl('get', 'Port', pod, 'external_ids')).includes('web'));
    await waitUntil('ours is back', async () => (await ovs.vsctl('get-fail-mode', 'br-int')) === 'secure');
    expect(await ovs.vsctl('get', 'Bridge', 'br-int', 'external_ids:theirs')).toBe('"1"');
    expect(await ovs.vsctl('get', 'Port', pod, 'external_ids:theirs')).toBe('"2"');
    expect(await node.ports()).toContain('theirs');
  });

  it('a Pod that is disconnected stays so', async () => {
    expect(await node.cni('DEL', 'c1')).toMatchObject({ status: 200 });
    await ovs.vsctl('set-fail-mode', 'br-int', 'standalone');
    await waitUntil('the keeper has looked', async () => (await ovs.vsctl('get-fail-mode', 'br-int')) === 'secure');
    expect(await node.ports()).not.toContain(pod);
  });
});
