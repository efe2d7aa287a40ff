import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOvsdb } from '../database/client.js';
import type { OvsdbClient } from '../database/ovsdb-client.js';
import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '../testing/index.js';
import { ensureBridge, type BridgeSpec } from './ensure-bridge.js';
import type { OvsBridge } from './ovs-bridge.js';
import {
  addOtherConfig,
  clearFlowRestoreWait,
  deleteOtherConfig,
  isFlowRestoreWaiting,
  otherConfig,
} from './switch-config.js';

const spec: BridgeSpec = { name: 'br-int', datapathType: 'system', protocols: ['OpenFlow10', 'OpenFlow13'] };

const options = () => ({ signal: AbortSignal.timeout(20_000) });

describe.skipIf(whyNoPrivateOvs() !== undefined)('a bridge of a real Open vSwitch', () => {
  let ovs: PrivateOvs;
  let database: OvsdbClient;
  let bridge: OvsBridge;

  beforeAll(async () => {
    ovs = await startPrivateOvs();
    database = await connectOvsdb({ path: ovs.dbSocket });
    bridge = await ensureBridge(database, { ...spec, externalIds: { owner: 'test' } }, options());
  });
  afterAll(async () => {
    await database?.close();
    await ovs?.stop();
  });

  test('is there when ensureBridge resolves', async () => {
    expect(await ovs.vsctl('get', 'Bridge', 'br-int', 'protocols')).toBe('[OpenFlow10, OpenFlow13]');
    expect(await ovs.ofctl('-O', 'OpenFlow13', 'show', `unix:${ovs.mgmtSocket('br-int')}`)).toContain(
      'OFPST_PORT_DESC',
    );
    expect(bridge.datapathId()).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is touched only where it differs', async () => {
    await ovs.vsctl('set', 'Bridge', 'br-int', 'external_ids:roundNum=7');
    await waitUntil('the change arrives', () => bridge.externalIds().get('roundNum') === '7');
    const changed: string[] = [];
    const unsubscribe = database.subscribe((event) => {
      if (event.kind === 'updated') changed.push(...event.changes.map(({ table }) => table));
    });
    await ensureBridge(database, { ...spec, externalIds: { owner: 'test' } }, options());
    unsubscribe();
    expect(changed.filter((table) => table !== 'Open_vSwitch')).toEqual([]);

    await ensureBridge(database, { ...spec, failMode: 'secure', externalIds: { owner: 'other' } }, options());
    expect(await ovs.vsctl('get', 'Bridge', 'br-int', 'fail_mode')).toBe('secure');
    expect(bridge.externalIds()).toEqual(
      new Map([
        ['owner', 'other'],
        ['roundNum', '7'],
      ]),
    );
    await ensureBridge(database, spec, options());
    expect(await ovs.vsctl('get', 'Bridge', 'br-int', 'fail_mode')).toBe('secure');
  });

  test('keeps external_ids that are set', async () => {
    await bridge.setExternalIds(new Map([...bridge.externalIds(), ['roundNum', '8']]), options());
    expect(bridge.externalIds().get('roundNum')).toBe('8');
    expect(await ovs.vsctl('get', 'Bridge', 'br-int', 'external_ids:roundNum')).toBe('"8"');
  });

  test('gives a port the number that was asked for', async () => {
    const port = await bridge.createPort(
      {
        name: 'antrea-tun0',
        type: 'geneve',
        ofPortRequest: 1,
        options: { key: 'flow', remote_ip: 'flow' },
        externalIds: { 'some-key': 'some "value"' },
        mtuRequest: 1450,
      },
      options(),
    );
    expect(port).toMatchObject({ name: 'antrea-tun0', ofPort: 1, type: 'geneve', error: undefined });
    expect(port.externalIds).toEqual(new Map([['some-key', 'some "value"']]));
    expect(bridge.port('antrea-tun0')).toEqual(port);
    expect(bridge.ports().map(({ name }) => name)).toEqual(['antrea-tun0']);
    expect(await ovs.vsctl('get', 'Interface', 'antrea-tun0', 'mtu_request')).toBe('1450');

    await bridge.setPortOptions('antrea-tun0', { key: 'flow', remote_ip: 'flow', csum: 'true' }, options());
    await bridge.setMtuRequest('antrea-tun0', undefined, options());
    await bridge.setPortExternalIds('antrea-tun0', { a: 'b' }, options());
    expect(bridge.port('antrea-tun0')?.options.get('csum')).toBe('true');
    expect(await ovs.vsctl('get', 'Interface', 'antrea-tun0', 'mtu_request')).toBe('[]');
    expect(await ovs.vsctl('get', 'Port', 'antrea-tun0', 'external_ids')).toBe('{a=b}');
  });

  test('makes 64 ports at once, each with a number of its own', async () => {
    const names = Array.from({ length: 64 }, (_, index) => `many${index}`);
    const ports = await Promise.all(
      names.map((name) =>
        bridge.createPort({ name, type: 'internal', externalIds: { 'container-id': name } }, options()),
      ),
    );
    expect(new Set(ports.map(({ ofPort }) => ofPort)).size).toBe(64);
    expect(ports.map(({ name }) => name)).toEqual(names);
    await bridge.deletePorts([...names, 'never-was'], options());
    expect(bridge.ports().filter(({ name }) => name.startsWith('many'))).toEqual([]);
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('antrea-tun0');
  });

  test('refuses a name that is taken, a bridge that is absent, a port that is absent', async () => {
    await expect(bridge.createPort({ name: 'antrea-tun0', type: 'internal' }, options())).rejects.toMatchObject({
      code: 'port exists',
      message: expect.stringContaining('create port antrea-tun0 on bridge br-int'),
    });
    const other = await ensureBridge(database, { ...spec, name: 'br-gone' }, options());
    await other.delete(options());
    await expect(other.createPort({ name: 'p1', type: 'internal' }, options())).rejects.toMatchObject({
      code: 'bridge missing',
    });
    expect(database.replica.find('Port', 'name', 'p1')).toBeUndefined();
    expect(() => other.externalIds()).toThrow(expect.objectContaining({ code: 'bridge missing' }));
    await expect(bridge.setMtuRequest('nope', 1400, options())).rejects.toMatchObject({ code: 'port missing' });
    await expect(bridge.createPort({ name: 'p1', ofPortRequest: 70_000 }, options())).rejects.toMatchObject({
      code: 'bad value',
      message: expect.stringContaining('Interface.ofport_request'),
    });
  });

  test("tells vswitchd's reason when a port cannot be made, and leaves nothing", async () => {
    await expect(bridge.createPort({ name: 'bad', type: 'no-such-type' }, options())).rejects.toMatchObject({
      code: 'port failed',
      message: expect.stringMatching(/create port bad on bridge br-int: could not open network device bad/),
    });
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('antrea-tun0');
  });

  test('after a restart of vswitchd, ensureBridge resolves when the bridge is there again', async () => {
    await ovs.stopVswitchd();
    const ensured = ensureBridge(database, spec, options());
    await ovs.startVswitchd();
    await ensured;
    expect(await ovs.appctl('ofproto/list')).toContain('br-int');
    expect(bridge.port('antrea-tun0')?.ofPort).toBe(1);
  });

  test('gives up at the deadline, says what to look at, and leaves nothing', async () => {
    await ovs.stopVswitchd();
    const late = bridge.createPort({ name: 'late', type: 'internal' }, { ...options(), timeoutMs: 200 });
    await expect(late).rejects.toMatchObject({ code: 'time-out', remedy: expect.stringContaining('ovs-vswitchd') });
    const reason = new Error('enough');
    const abort = new AbortController();
    const aborted = bridge.createPort({ name: 'late', type: 'internal' }, { signal: abort.signal });
    await waitUntil('the port is in the database', () => bridge.port('late') !== undefined);
    abort.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(bridge.port('late')).toBeUndefined();

    const early = new AbortController();
    const abandoned = bridge.createPort({ name: 'late', type: 'internal' }, { signal: early.signal });
    early.abort(reason);
    await expect(abandoned).rejects.toBe(reason);
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('antrea-tun0');
    await ovs.startVswitchd();
  });

  test('other_config pairs come, change and go', async () => {
    await addOtherConfig(database, { 'flow-restore-wait': 'true', a: '1' }, options());
    await addOtherConfig(database, { a: '2' }, options());
    expect(otherConfig(database).get('a')).toBe('2');
    await deleteOtherConfig(database, { a: 'not this' }, options());
    expect(otherConfig(database).get('a')).toBe('2');
    await deleteOtherConfig(database, { a: '2' }, options());
    expect(otherConfig(database).has('a')).toBe(false);
    expect(isFlowRestoreWaiting(database)).toBe(true);
    expect(await clearFlowRestoreWait(database, options())).toBe(true);
    expect(isFlowRestoreWaiting(database)).toBe(false);
    expect(await clearFlowRestoreWait(database, { ...options(), waitMs: 50 })).toBe(false);
  });
});

describe.skipIf(whyNoPrivateOvs({ datapath: 'netdev' }) !== undefined)('a bridge on real interfaces', () => {
  test('takes an existing device; names what is wrong with an absent one and with a tunnel', async () => {
    const ovs = await startPrivateOvs({ datapath: 'netdev' });
    const signal = AbortSignal.timeout(20_000);
    try {
      const database = await connectOvsdb({ path: ovs.dbSocket, signal });
      const bridge = await ensureBridge(database, { ...spec, datapathType: 'netdev' }, { signal });
      await ovs.exec('ip', 'link', 'add', 'pod-1', 'type', 'veth', 'peer', 'name', 'pod-1-in');
      const port = await bridge.createPort({ name: 'pod-1', mtuRequest: 1400 }, { signal });
      expect(port.ofPort).toBeGreaterThan(0);
      await waitUntil('the device has the MTU', async () => (await ovs.exec('ip', 'link')).includes('mtu 1400'));
      await expect(bridge.createPort({ name: 'absent' }, { signal })).rejects.toMatchObject({
        code: 'port failed',
        message: expect.stringMatching(/absent .*No such device.*; check the network device/),
      });
      await expect(bridge.createPort({ name: 'tun', type: 'geneve' }, { signal })).rejects.toMatchObject({
        code: 'port failed',
        remedy: expect.stringContaining('geneve'),
      });
      expect(bridge.ports().map(({ name }) => name)).toEqual(['pod-1']);
      await database.close();
    } finally {
      await ovs.stop();
    }
  });
});
