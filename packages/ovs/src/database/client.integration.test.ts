import { writeFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBridge } from '../bridge/ensure-bridge.js';
import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '../testing/index.js';
import { connectOvsdb } from './client.js';
import type { OvsdbClient, OvsdbClientEvent } from './ovsdb-client.js';

const options = () => ({ signal: AbortSignal.timeout(20_000) });
const skip = whyNoPrivateOvs() !== undefined;

describe.skipIf(skip)('a client of a real ovsdb-server', () => {
  let ovs: PrivateOvs;
  let database: OvsdbClient;
  const events: OvsdbClientEvent[] = [];

  beforeAll(async () => {
    ovs = await startPrivateOvs();
    database = await connectOvsdb({ path: ovs.dbSocket });
    database.subscribe((event) => events.push(event));
  });
  afterAll(async () => {
    await database?.close();
    await ovs?.stop();
  });

  const setExternalId = async (value: string) => {
    const transaction = database.transaction();
    transaction.update('Open_vSwitch', [], { external_ids: new Map([['k', value]]) });
    await database.transact(transaction, options());
  };
  const externalId = () => [...database.replica.rows('Open_vSwitch').values()][0]?.external_ids.get('k');

  test('the replica has a transaction when its promise resolves', async () => {
    await setExternalId('1');
    expect(externalId()).toBe('1');
  });

  test('the replica follows others and equals what a select answers', async () => {
    await ovs.vsctl('add-br', 'br0', '--', 'add-port', 'br0', 'p1', '--', 'set', 'Interface', 'p1', 'options:a=b');
    await waitUntil('p1 has a number', () => database.replica.find('Interface', 'name', 'p1')?.ofport === 1);
    const transaction = database.transaction();
    const columns = ['_uuid', 'name', 'options', 'ofport', 'external_ids'] as const;
    const selection = transaction.select('Interface', [], columns);
    const rows = (await database.transact(transaction, options())).rows(selection);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(database.replica.get('Interface', row._uuid)).toMatchObject(row);
  });

  test.each([
    [
      'constraint violation',
      () => {
        const transaction = database.transaction();
        const interfaces = [transaction.insert('Interface', { name: 'i' })];
        const ports = [1, 2].map(() => transaction.insert('Port', { name: 'same', interfaces }));
        transaction.mutate('Bridge', [['name', '==', 'br0']], [['ports', 'insert', ports]]);
        return transaction;
      },
    ],
    [
      'timed out',
      () => {
        const transaction = database.transaction();
        transaction.wait('Bridge', [['name', '==', 'nope']], '!=', [], { columns: ['name'], timeoutMs: 10 });
        return transaction;
      },
    ],
    [
      'aborted',
      () => {
        const transaction = database.transaction();
        transaction.comment('never mind');
        transaction.abort();
        return transaction;
      },
    ],
    [
      'not owner',
      () => {
        const transaction = database.transaction();
        transaction.assert('others_lock');
        return transaction;
      },
    ],
    [
      'referential integrity violation',
      () => {
        const transaction = database.transaction();
        const nobody = '11111111-1111-4111-8111-111111111111' as never;
        transaction.mutate('Bridge', [['name', '==', 'br0']], [['ports', 'insert', [nobody]]]);
        return transaction;
      },
    ],
  ])('%s comes as an error of that code', async (code, make) => {
    await expect(database.transact(make(), options())).rejects.toMatchObject({ name: 'OvsdbError', code });
  });

  test('an abort ends the wait, on both sides', async () => {
    const transaction = database.transaction();
    transaction.wait('Bridge', [['name', '==', 'nope']], '!=', [], { columns: ['name'], timeoutMs: 60_000 });
    const abort = new AbortController();
    const waiting = database.transact(transaction, { signal: abort.signal });
    const reason = new Error('changed my mind');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await setExternalId('2');
  });

  test('locks: one owns, the other waits, and gets it', async () => {
    const other = await connectOvsdb({ path: ovs.dbSocket });
    database.lock('l');
    await waitUntil('the first owns it', () => database.lockState('l') === 'owned');
    other.lock('l');
    await waitUntil('the second waits', () => other.lockState('l') === 'waiting');
    database.unlock('l');
    await waitUntil('the second owns it', () => other.lockState('l') === 'owned');
    const transaction = other.transaction();
    transaction.assert('l');
    await other.transact(transaction, options());
    await other.close();
  });

  test('after a restart of the server the replica is current, and only differences are told', async () => {
    database.lock('mine');
    await waitUntil('the lock is owned', () => database.lockState('mine') === 'owned');
    const known = database.replica.find('Interface', 'name', 'p1');
    events.length = 0;
    await ovs.stopOvsdb();
    await waitUntil('the loss is noticed', () => !database.connected);
    expect(database.replica.find('Interface', 'name', 'p1')).toBe(known);
    const whileAway = setExternalId('3');
    await ovs.exec(
      'ovsdb-tool',
      'transact',
      join(ovs.runDir, 'conf.db'),
      '["Open_vSwitch",{"op":"mutate","table":"Open_vSwitch","where":[],"mutations":[["other_config","insert",["map",[["away","yes"]]]]]}]',
    );
    await ovs.startOvsdb();
    await whileAway;
    expect(externalId()).toBe('3');
    expect([...database.replica.rows('Open_vSwitch').values()][0]?.other_config.get('away')).toBe('yes');
    expect(database.replica.find('Interface', 'name', 'p1')?.ofport).toBe(1);
    await waitUntil('the lock is owned again', () => database.lockState('mine') === 'owned');
    expect(events[0]?.kind).toBe('disconnected');
    const connected = events.findIndex(({ kind }) => kind === 'connected');
    const changed = events
      .slice(1, connected)
      .flatMap((e) => (e.kind === 'updated' ? e.changes.map((c) => c.table) : []));
    expect(changed).toContain('Open_vSwitch');
    expect(changed).not.toContain('Port');
  });

  test('a restart of vswitchd keeps ports and numbers', async () => {
    await ovs.stopVswitchd();
    await ovs.startVswitchd();
    const bridge = await ensureBridge(
      database,
      { name: 'br0', datapathType: 'system', protocols: ['OpenFlow13'] },
      options(),
    );
    expect(bridge.port('p1')?.ofPort).toBe(1);
    expect((await bridge.createPort({ name: 'p2', type: 'internal' }, options())).ofPort).toBeGreaterThan(1);
  });

  test('a request that is unanswered when the server goes fails as disconnected; a new one waits', async () => {
    const transaction = database.transaction();
    transaction.wait('Bridge', [['name', '==', 'nope']], '!=', [], { columns: ['name'], timeoutMs: 60_000 });
    let code: unknown;
    const retried = database.transact(transaction, options()).catch((error: { code: unknown }) => {
      ({ code } = error);
      return setExternalId('4');
    });
    await ovs.stopOvsdb('SIGKILL');
    await ovs.startOvsdb();
    await retried;
    expect(code).toBe('disconnected');
    expect(externalId()).toBe('4');
  });

  test('a server that hangs is noticed, and taken back when it answers again', async () => {
    const probing = await connectOvsdb({ path: ovs.dbSocket, probeIntervalMs: 50 });
    process.kill(ovs.ovsdbPid, 'SIGSTOP');
    const reason = new Promise((resolve) => {
      probing.subscribe((event) => event.kind === 'disconnected' && resolve(event.reason));
    });
    try {
      expect(await reason).toMatchObject({ code: 'inactive' });
    } finally {
      process.kill(ovs.ovsdbPid, 'SIGCONT');
    }
    await waitUntil('it is connected again', () => probing.connected);
    await probing.close();
  });

  test('after close everything fails at once', async () => {
    const closed = await connectOvsdb({ path: ovs.dbSocket });
    await closed.close();
    await expect(closed.transact(closed.transaction(), options())).rejects.toMatchObject({ code: 'closed' });
  });
});

describe.skipIf(skip)('no Open vSwitch, or a wrong one', () => {
  test('an absent server is named with a remedy', async () => {
    const path = '/nonexistent/db.sock';
    await expect(connectOvsdb({ path, connectTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'not running',
      message: expect.stringContaining(path),
      remedy: expect.stringContaining('ovs-ctl start'),
    });
  });

  test('an abort is an abort', async () => {
    const reason = new Error('stop');
    await expect(connectOvsdb({ path: '/nonexistent/db.sock', signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  test('a schema without what is needed is refused at once, with what it lacks', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ovs-'));
    const schema = JSON.parse(await readFile('/usr/share/openvswitch/vswitch.ovsschema', 'utf8')) as {
      tables: Record<string, { columns: Record<string, unknown> }>;
    };
    delete schema.tables['Interface']?.columns['mtu_request'];
    delete schema.tables['Interface']?.columns['ofport'];
    await writeFile(join(dir, 's'), JSON.stringify(schema));
    const ovs = await startPrivateOvs({ schema: join(dir, 's'), withoutVswitchd: true });
    try {
      await expect(connectOvsdb({ path: ovs.dbSocket })).rejects.toMatchObject({
        code: 'schema',
        message: expect.stringContaining('lacks Interface.ofport, Interface.mtu_request'),
      });
      const none = { name: 'Other', version: '1.0.0', tables: {} };
      await writeFile(join(dir, 's'), JSON.stringify(none));
      const other = await startPrivateOvs({ schema: join(dir, 's'), withoutVswitchd: true });
      const refused = connectOvsdb({ path: other.dbSocket });
      await expect(refused).rejects.toMatchObject({ code: 'schema', message: expect.stringContaining('no database') });
      await other.stop();
    } finally {
      await ovs.stop();
      await rm(dir, { recursive: true });
    }
  });
});
