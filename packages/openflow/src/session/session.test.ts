import { expect, test } from 'vitest';
import { encodeMessage } from '../codec/message.js';
import type { FlowMod, Message, PacketIn, PortStatus } from '../model/message.js';
import { parseFlow } from '../text/parse-flow.js';
import { SessionError } from './errors.js';
import type { SessionOptions } from './options.js';
import type { MemorySwitchOptions } from './testing/memory-switch.js';
import { testSession, type TestSession } from './testing/test-session.js';

const BAD_TABLE: readonly [number, number] = [5, 2];

function add(table: number): FlowMod {
  return { type: 'flow_mod', command: 'add', ...parseFlow(`table=${table}, priority=5,ip actions=drop`) };
}

function tablePart(more: boolean, table: number): Message {
  return {
    type: 'multipart_reply',
    more,
    body: { kind: 'table', tables: [{ table, activeFlows: 1, lookups: 2n, matches: 3n }] },
  };
}

function refuseFlows(
  test: (table: number, moment: 'arrival' | 'commit') => boolean,
): NonNullable<MemorySwitchOptions['refuse']> {
  return (message, moment) => (message.type === 'flow_mod' && test(message.table, moment) ? BAD_TABLE : undefined);
}

async function ready(options: Parameters<typeof testSession>[0] = {}): Promise<TestSession> {
  const set = testSession(options);
  await set.settle();
  expect(set.features).toHaveLength(1);
  return set;
}

/** The outcome of a promise as a value, so that a rejection that comes early is not unhandled. */
function outcome<T>(promise: Promise<T>): Promise<T | SessionError> {
  return promise.catch((error: unknown) => error as SessionError);
}

test('says hello, asks for features and sets the switch up', async () => {
  const { peer, features } = await ready({ controllerId: 12345, invalidTtl: true, packetInFormat: 'nxt_packet_in2' });
  expect(peer.received.map(({ message }) => message.type)).toEqual([
    'hello',
    'features_request',
    'set_config',
    'set_packet_in_format',
    'set_controller_id',
    'set_async',
    'barrier_request',
  ]);
  expect(peer.received[2]?.message).toMatchObject({ missSendLength: 128 });
  expect(features[0]?.datapathId).toBe(0xabcn);
});

test.each<readonly [string, Message, string, RegExp]>([
  ['speaks 1.0 only', { type: 'hello', versions: [1] }, 'version', /speaks OpenFlow 1\.0, we need 1\.3; .*protocols=/],
  ['speaks 1.5 only', { type: 'hello', versions: [6] }, 'version', /speaks OpenFlow 1\.5/],
  ['begins with something else', { type: 'barrier_reply' }, 'protocol', /began with barrier_reply/],
])('a switch that %s', async (_name, first, code, message) => {
  const set = testSession({ peer: { ignore: () => true } });
  set.peer.send(first);
  await set.settle();
  expect(set.ended).toMatchObject([{ code, message: expect.stringMatching(message) as string }]);
  expect(set.features).toEqual([]);
});

test('a switch that refuses a setting', async () => {
  const set = testSession({
    controllerId: 1,
    peer: { refuse: ({ type }) => (type === 'set_controller_id' ? [1, 2] : undefined) },
  });
  await set.settle();
  expect(set.ended).toMatchObject([{ code: 'refused' }]);
});

test('a switch that never answers is given up after five seconds', async () => {
  const set = testSession({ peer: { ignore: () => true } });
  set.clock.advance(4_900);
  await set.settle();
  expect(set.ended).toEqual([]);
  set.clock.advance(1_100);
  expect(set.ended).toMatchObject([{ code: 'timeout' }]);
  expect(set.clock.pendingTimers).toBe(0);
});

test('answers echo requests with their content', async () => {
  const set = await ready();
  set.peer.send({ type: 'echo_request', data: new Uint8Array([1, 2]) }, 77);
  await set.settle();
  expect(set.peer.received.at(-1)).toEqual({ xid: 77, message: { type: 'echo_reply', data: new Uint8Array([1, 2]) } });
});

test('asks for a sign of life every three seconds, and lives on while there is one', async () => {
  const set = await ready();
  for (let second = 0; second < 60; second += 1) {
    set.clock.advance(1_000);
    await set.settle();
  }
  expect(set.received('echo_request')).toHaveLength(20);
  expect(set.ended).toEqual([]);
});

test('a silent switch is given up, and everything pending fails as disconnected', async () => {
  let silent = false;
  const set = await ready({ requestTimeoutMs: 60_000, peer: { ignore: () => silent } });
  silent = true;
  const results = Promise.all([
    outcome(set.session.barrier()),
    outcome(set.session.bundle([add(1)], { operation: 'install web' })),
    outcome(set.session.multipart({ kind: 'flow' })),
  ]);
  set.clock.advance(16_000);
  expect(set.ended).toMatchObject([{ code: 'unresponsive' }]);
  for (const error of await results) expect(error).toMatchObject({ code: 'disconnected' });
  expect(String((await results)[1])).toContain('install web');
  await expect(set.session.barrier()).rejects.toMatchObject({ code: 'disconnected' });
});

test('a request that gets no answer times out alone', async () => {
  const set = await ready({ peer: { ignore: ({ type }) => type === 'multipart_request' } });
  const asked = outcome(set.session.multipart({ kind: 'port_desc' }, { operation: 'list ports' }));
  await set.settle();
  for (let second = 0; second < 11; second += 1) {
    set.clock.advance(1_000);
    await set.settle();
  }
  expect(await asked).toMatchObject({ code: 'timeout', message: expect.stringContaining('list ports') as string });
  expect(set.ended).toEqual([]);
});

test('a multipart answer is collected, and bounded', async () => {
  const peer = { parts: [tablePart(true, 1), tablePart(true, 2), tablePart(false, 3)] };
  const set = await ready({ peer });
  const parts = set.session.multipart({ kind: 'table' });
  await set.settle();
  expect((await parts).flatMap(({ tables }) => tables.map(({ table }) => table))).toEqual([1, 2, 3]);

  const bounded = await ready({ peer, maxReplyBytes: 50 });
  const refused = outcome(bounded.session.multipart({ kind: 'table' }));
  await bounded.settle();
  expect(await refused).toMatchObject({ code: 'too_much' });

  const other = outcome(set.session.multipart({ kind: 'flow' }));
  await set.settle();
  expect(await other).toMatchObject({ code: 'protocol' });
});

test('an error is matched to the request it is about', async () => {
  const set = await ready({ peer: { refuse: ({ type }) => (type === 'multipart_request' ? [1, 5] : undefined) } });
  const refused = outcome(set.session.multipart({ kind: 'group_desc' }, { operation: 'dump groups' }));
  const barrier = outcome(set.session.barrier());
  await set.settle();
  const message = expect.stringContaining('dump groups') as string;
  expect(await refused).toMatchObject({ code: 'refused', message, refusals: [{ type: 1, errorCode: 5 }] });
  expect(await barrier).toBeUndefined();
});

test('an error about nothing under way is told apart', async () => {
  const strays: string[] = [];
  const set = await ready({
    peer: { refuse: ({ type }) => (type === 'packet_out' ? [1, 6] : undefined) },
    onStrayError: ({ name }) => strays.push(name),
  });
  set.session.send({ type: 'packet_out', inPort: 1, actions: [], data: new Uint8Array() });
  await set.settle();
  expect(strays).toEqual(['OFPBRC_BAD_LEN']);
});

test('a bundle is opened, filled, closed and committed in two round trips', async () => {
  const set = await ready();
  const from = set.peer.received.length;
  const applied = set.session.bundle([add(1), encodeMessage(add(2), 0)]);
  await set.settle();
  await applied;
  const sent = set.peer.received
    .slice(from)
    .map(({ message }) => (message.type === 'bundle_control' ? message.control : message.type));
  expect(sent).toEqual(['open_request', 'bundle_add', 'bundle_add', 'close_request', 'commit_request']);
  expect(set.peer.committed).toEqual([add(1), add(2)]);
});

test('an empty bundle asks nothing of the switch', async () => {
  const set = await ready();
  const from = set.peer.received.length;
  await set.session.bundle([]);
  await set.settle();
  expect(set.peer.received).toHaveLength(from);
});

test('every refused message of a bundle is named, and the bundle is discarded', async () => {
  const set = await ready({ peer: { refuse: refuseFlows((table) => table > 100) } });
  const applied = outcome(set.session.bundle([add(1), add(101), add(2), add(102)], { operation: 'install web' }));
  await set.settle();
  const error = await applied;
  expect(error).toMatchObject({ code: 'refused', refusals: [{ index: 1, type: 5, errorCode: 2 }, { index: 3 }] });
  expect(String(error)).toMatch(/install web.*table=101, priority=5,ip actions=drop.*table=102/);
  expect(set.peer.committed).toEqual([]);
  expect(set.received('bundle_control').map((message) => 'control' in message && message.control)).toEqual([
    'open_request',
    'close_request',
    'discard_request',
  ]);
});

test('a message that only the commit refuses is named', async () => {
  const set = await ready({ peer: { refuse: refuseFlows((table, moment) => table === 2 && moment === 'commit') } });
  const applied = outcome(set.session.bundle([add(1), add(2)]));
  await set.settle();
  expect(await applied).toMatchObject({ code: 'refused', refusals: [{ index: 1 }] });
  expect(set.peer.committed).toEqual([]);
});

test('a message that cannot be encoded is named, and the bundle is discarded', async () => {
  const set = await ready();
  const bad: FlowMod = { ...add(1), match: [{ field: 'no_such_field', value: 1 }] };
  const applied = outcome(set.session.bundle([add(1), bad, add(2)]));
  await set.settle();
  expect(await applied).toMatchObject({
    code: 'refused',
    refusals: [{ index: 1, reason: expect.stringContaining('no_such_field') as string }],
  });
  expect(set.peer.committed).toEqual([]);
});

test('bundles under way at once are committed in order', async () => {
  const set = await ready();
  const all = Promise.all([1, 2, 3].map((table) => set.session.bundle([add(table)])));
  await set.settle();
  await all;
  expect(set.peer.committed).toEqual([add(1), add(2), add(3)]);
});

test('a bundle that is refused does not hold up the next', async () => {
  const set = await ready({ peer: { refuse: refuseFlows((table) => table === 1) } });
  const first = outcome(set.session.bundle([add(1), add(3)]));
  const second = outcome(set.session.bundle([add(2)]));
  await set.settle();
  expect(await first).toBeInstanceOf(SessionError);
  expect(await second).toBeUndefined();
  expect(set.peer.committed).toEqual([add(2)]);
});

test('an abort before the commit discards the bundle', async () => {
  const controller = new AbortController();
  const set = await ready({
    peer: { ignore: (message) => message.type === 'bundle_control' && message.control === 'close_request' },
  });
  const applied = outcome(set.session.bundle([add(1)], { signal: controller.signal }));
  await set.settle();
  controller.abort(new Error('enough'));
  expect(await applied).toMatchObject({ message: 'enough' });
  await set.settle();
  expect(set.received('bundle_control').at(-1)).toMatchObject({ control: 'discard_request' });
  expect(set.peer.committed).toEqual([]);
});

test('messages sent one by one: the refused are named, the others take effect', async () => {
  const set = await ready({ peer: { refuse: refuseFlows((table) => table === 1) } });
  const sent = outcome(set.session.sendAll([add(1), add(2)], { operation: 'add flows' }));
  await set.settle();
  expect(await sent).toMatchObject({ code: 'refused', refusals: [{ index: 0, reason: 'OFPFMFC_BAD_TABLE_ID' }] });
  expect(set.peer.committed).toEqual([add(2)]);
});

test('production stops while the connection takes nothing, and goes on when it does', async () => {
  let room = true;
  let written = 0;
  const toPeer: Uint8Array[] = [];
  const write: SessionOptions['write'] = (bytes) => {
    written += bytes.length;
    toPeer.push(bytes);
    return room;
  };
  const set = testSession({ write });
  const carry = async (): Promise<void> => {
    for (const bytes of toPeer.splice(0)) set.peer.receive(bytes);
    await set.settle();
  };
  for (let turn = 0; turn < 4; turn += 1) await carry();
  expect(set.features).toHaveLength(1);

  room = false;
  const before = written;
  const count = 20_000;
  const applied = outcome(set.session.bundle(Array.from({ length: count }, (_, index) => add(index % 200))));
  expect(set.session.congested).toBe(true);
  const first = written - before;
  expect(first).toBeLessThan(200_000);
  set.peer.send({ type: 'echo_request', data: new Uint8Array([9]) });
  await set.settle();
  expect(written - before - first).toBe(9);

  let turns = 0;
  for (; turns < 200 && set.peer.committed.length === 0; turns += 1) {
    set.session.drained();
    await carry();
  }
  expect(turns).toBeGreaterThan(10);
  expect(await applied).toBeUndefined();
  expect(set.peer.committed).toHaveLength(count);
});

test('packet-ins wait in a bounded queue, and do not push out reports', async () => {
  let told = 0;
  const set = await ready({ maxQueuedPacketIns: 10, onEvents: () => (told += 1) });
  const packet: PacketIn = {
    type: 'packet_in',
    reason: 'action',
    table: 1,
    cookie: 0n,
    totalLength: 3,
    metadata: [{ field: 'in_port', value: 1 }],
    data: new Uint8Array([1, 2, 3]),
  };
  const port = {
    hardwareAddress: 0,
    name: 'p1',
    config: 0,
    state: 0,
    current: 0,
    advertised: 0,
    supported: 0,
    peer: 0,
    currentSpeed: 0,
    maxSpeed: 0,
  };
  const status: PortStatus = { type: 'port_status', reason: 'add', port: { port: 1, ...port } };
  for (let index = 0; index < 25; index += 1) set.peer.send(packet);
  set.peer.send({ ...packet, userdata: new Uint8Array([1]) });
  set.peer.send(status);
  await set.settle();
  expect(told).toBeGreaterThan(0);
  expect(set.session.dropped).toEqual({ packetIns: 16, reports: 0 });
  expect(set.session.takeEvents(3).map(({ type }) => type)).toEqual(['port_status', 'packet_in', 'packet_in']);
  expect(set.session.takeEvents(100)).toHaveLength(8);
  expect(set.session.takeEvents(100)).toEqual([]);
});

test('nonsense from the switch ends the session with one error', async () => {
  const set = await ready();
  const pending = outcome(set.session.barrier());
  set.session.receive(new Uint8Array([4, 0, 0, 3, 0, 0, 0, 0]));
  set.session.receive(new Uint8Array([4, 0, 0, 8, 0, 0, 0, 0]));
  expect(await pending).toMatchObject({ code: 'disconnected' });
  expect(set.ended).toMatchObject([{ code: 'protocol' }]);
});
