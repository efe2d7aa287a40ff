import { connectOvsdb, ensureBridge, type OvsdbClient } from '@antrea-ts/ovs';
import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setUpBridge } from './bridge-setup.js';

const why = whyNoPrivateOvs();

describe.skipIf(why !== undefined)(`setUpBridge on a real Open vSwitch${why ? ` (skipped: ${why})` : ''}`, () => {
  const { signal } = new AbortController();
  let ovs: PrivateOvs;
  let database: OvsdbClient;
  let log = memoryLogger();

  beforeAll(async () => {
    ovs = await startPrivateOvs();
    database = await connectOvsdb({ path: ovs.dbSocket });
  });
  afterAll(async () => {
    await database?.close();
    await ovs?.stop();
  });
  beforeEach(() => {
    log = memoryLogger();
  });
  afterEach(async () => {
    await ovs.vsctl('--if-exists', 'del-br', 'br-int');
  });

  const options = {
    ovsBridge: 'br-int',
    ovsDatapathType: 'system',
    get ovsRunDir() {
      return ovs.runDir;
    },
    hostGateway: 'antrea-gw0',
    trafficEncapMode: 'encap',
    tunnelType: 'geneve',
    gates: { AntreaProxy: true } as Parameters<typeof setUpBridge>[0]['gates'],
  } as const;
  type Change = Partial<Omit<Parameters<typeof setUpBridge>[0], 'ovsRunDir'>>;

  async function setUp(change: Change = {}) {
    const { ovsRunDir } = options;
    const {
      bridge,
      desired: _desired,
      ...rest
    } = await setUpBridge({ ...options, ovsRunDir, ...change }, { database, logger: log }, { mtu: 1450, signal });
    return { ...rest, ports: bridge.ports().map(({ name }) => name) };
  }

  async function bridgeMade(...commands: string[]): Promise<void> {
    await ovs.vsctl('add-br', 'br-int', ...commands);
    await seen(() => database.replica.find('Bridge', 'name', 'br-int') !== undefined);
  }

  async function portMade(name: string, ofPort: number, ...settings: string[]): Promise<void> {
    await ovs.vsctl(
      'add-port',
      'br-int',
      name,
      '--',
      'set',
      'Interface',
      name,
      `ofport_request=${ofPort}`,
      ...settings,
    );
    await seen(() => database.replica.find('Interface', 'name', name)?.ofport === ofPort);
  }

  /** The replica hears of what `ovs-vsctl` did a moment later. */
  function seen(condition: () => boolean): Promise<void> {
    return waitUntil('the replica has the change', condition);
  }

  it('makes bridge, gateway and tunnel', async () => {
    const made = await setUp();
    expect(made).toEqual({
      gateway: expect.objectContaining({ name: 'antrea-gw0', ofPort: 2 }),
      tunnel: expect.objectContaining({ name: 'antrea-tun0', ofPort: 1 }),
      round: 1,
      ports: expect.arrayContaining(['antrea-gw0', 'antrea-tun0']),
    });
    expect(await ovs.vsctl('get', 'Bridge', 'br-int', 'protocols', 'fail_mode', 'external_ids:roundNum')).toBe(
      '[OpenFlow10, OpenFlow13]\nsecure\n"1"',
    );
    expect(await ovs.vsctl('get', 'Interface', 'antrea-tun0', 'type', 'options')).toBe(
      'geneve\n{csum="true", key=flow, remote_ip=flow}',
    );
    expect(await ovs.vsctl('get', 'Interface', 'antrea-gw0', 'type', 'mtu_request')).toBe('internal\n1450');
  });

  it('changes nothing the second time', async () => {
    await setUp();
    const changes: unknown[] = [];
    const unsubscribe = database.subscribe((event) => {
      if (event.kind !== 'updated') return;
      // What asks vswitchd whether it has caught up, and its answer.
      changes.push(...event.changes.filter(({ table }) => table !== 'Open_vSwitch'));
    });
    await setUp();
    unsubscribe();
    expect(changes).toEqual([]);
  });

  it('takes over the ports and the round of another agent, under their own names', async () => {
    await bridgeMade('--', 'br-set-external-id', 'br-int', 'roundNum', '77');
    await portMade('other-gw', 2, 'type=internal');
    await portMade('other-tun', 1, 'type=geneve', 'options:key=flow', 'options:remote_ip=flow');
    const { gateway, tunnel, round } = await setUp();
    expect([gateway.name, tunnel?.name, round]).toEqual(['other-gw', 'other-tun', 77]);
    expect(await ovs.vsctl('get', 'Interface', 'other-tun', 'options:csum')).toBe('"true"');
    expect(log.entries.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([
      { port: 'other-gw', hostGateway: 'antrea-gw0' },
    ]);
  });

  it('replaces a tunnel of another type, and removes it where the mode has none', async () => {
    await setUp({ tunnelType: 'vxlan' });
    expect((await setUp({ tunnelType: 'gre' })).tunnel).toMatchObject({ name: 'antrea-tun0', ofPort: 1 });
    expect(await ovs.vsctl('get', 'Interface', 'antrea-tun0', 'type', 'options')).toBe(
      'gre\n{key=flow, remote_ip=flow}',
    );
    expect((await setUp({ trafficEncapMode: 'noEncap' })).ports).not.toContain('antrea-tun0');
  });

  it('removes tunnels to single Nodes that another configuration left, and none of somebody else', async () => {
    await setUp();
    await portMade('node-2-abc', 7, 'type=gre', 'options:remote_ip=192.0.2.2');
    await portMade('theirs', 8, 'type=gre', 'options:remote_ip=192.0.2.3');
    await ovs.vsctl('set', 'Port', 'node-2-abc', 'external_ids:node-name=node-2');
    await seen(() => database.replica.find('Port', 'name', 'node-2-abc')?.external_ids.has('node-name') === true);
    const { ports } = await setUp();
    expect(ports.toSorted()).toEqual(['antrea-gw0', 'antrea-tun0', 'theirs']);
  });

  it("leaves a Pod's port alone that has the number of a tunnel or gateway", async () => {
    await ensureBridge(database, { name: 'br-int', datapathType: 'system', protocols: ['OpenFlow13'] }, { signal });
    await ovs.vsctl('br-set-external-id', 'br-int', 'roundNum', '1');
    await ovs.vsctl('add-port', 'br-int', 'web-123456', '--', 'set', 'Interface', 'web-123456', 'ofport_request=1');
    await ovs.vsctl('add-port', 'br-int', 'db-123456', '--', 'set', 'Interface', 'db-123456', 'ofport_request=2');
    await seen(() => database.replica.find('Interface', 'name', 'db-123456')?.ofport === 2);
    const noTunnel = await setUp({ trafficEncapMode: 'noEncap' });
    expect(noTunnel.ports).toEqual(expect.arrayContaining(['web-123456', 'db-123456']));
    expect(noTunnel.gateway.name).toBe('antrea-gw0');
    const withTunnel = await setUp();
    expect(withTunnel.ports).toEqual(expect.arrayContaining(['web-123456', 'db-123456', 'antrea-tun0']));
    expect(withTunnel.tunnel?.ofPort).toBeGreaterThan(2);
  });

  it.each([
    ['external_ids', ['br-set-external-id', 'br-int', 'owner', 'neutron'], 'it has external_ids owner;'],
    ['ports', ['add-port', 'br-int', 'eth7'], 'it has ports eth7;'],
    ['flows', [], 'it has flows priority=7,ip,actions=drop;'],
  ])('refuses a bridge of somebody else, who has %s on it, and touches nothing', async (what, command, found) => {
    await bridgeMade();
    if (command.length > 0) await ovs.vsctl(...command);
    if (what === 'flows') await ovs.ofctl('add-flow', 'br-int', 'priority=7,ip,actions=drop');
    const state = async (): Promise<string> =>
      [
        await ovs.vsctl('--columns=name,ports,external_ids,fail_mode,protocols,datapath_type', 'list', 'Bridge'),
        await ovs.ofctl('dump-flows', 'br-int', '--no-stats'),
      ].join('\n');
    const before = await state();
    await waitUntil('it is refused', () =>
      setUp().then(
        () => false,
        (error: Error) => error.message.startsWith(`bridge br-int: it exists, is not ours and is in use: ${found}`),
      ),
    );
    expect(await state()).toBe(before);
  });

  it('takes a bridge that somebody made and left empty, and one of an agent that was stopped half-way', async () => {
    await bridgeMade();
    expect((await setUp()).ports).toContain('antrea-gw0');
    await ovs.vsctl('clear', 'Bridge', 'br-int', 'external_ids');
    expect((await setUp()).gateway.name).toBe('antrea-gw0');
  });

  it.each([['0'], ['65536'], ['seven']])('starts with round 1 where the bridge has %s', async (stored) => {
    await bridgeMade('--', 'br-set-external-id', 'br-int', 'roundNum', stored);
    await seen(() => database.replica.find('Bridge', 'name', 'br-int')?.external_ids.get('roundNum') === stored);
    expect((await setUp()).round).toBe(1);
  });
});
