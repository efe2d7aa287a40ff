import { describe, expect, test } from 'vitest';
import { encodeJson } from './framing.js';
import type { Json, JsonObject } from './json.js';
import { OvsdbSession } from './session.js';

const decode = (bytes: Uint8Array = new Uint8Array()) => JSON.parse(new TextDecoder().decode(bytes)) as JsonObject;
const zero = '00000000-0000-0000-0000-000000000000';
const uuid = '00000000-0000-4000-8000-000000000001';

/** A session, and the peer's side of it. */
function peer(probeIntervalMs = 0) {
  const session = new OvsdbSession({ probeIntervalMs });
  const say = (...messages: JsonObject[]) => {
    const bytes = messages.map(encodeJson).flatMap((part) => [...part]);
    return session.receive(Uint8Array.from(bytes), 0);
  };
  const answer = (id: Json | undefined, result: Json) => say({ id: id ?? null, result, error: null });
  const refuse = (id: Json | undefined, error: Json) => say({ id: id ?? null, result: null, error });
  return { session, say, answer, refuse };
}

test('answers find their requests in any order', () => {
  const { session, say } = peer();
  const [a, b] = [session.request('a', []), session.request('b', [])];
  expect(decode(a.send)).toEqual({ method: 'a', params: [], id: a.id });
  const { events } = say(
    { id: b.id, result: 2, error: null },
    { id: a.id, result: null, error: { error: 'canceled' } },
  );
  expect(events).toMatchObject([
    { kind: 'answered', id: b.id, result: 2 },
    { kind: 'failed', id: a.id, error: { code: 'canceled' } },
  ]);
  expect(say({ id: 99, result: 1, error: null }).events).toEqual([]);
});

test('an echo is answered, other requests of the peer are refused', () => {
  const { say } = peer();
  expect(say({ method: 'echo', params: ['x'], id: 'e' }).send.map(decode)).toEqual([
    { result: ['x'], error: null, id: 'e' },
  ]);
  expect(say({ method: 'steal_everything', params: [], id: 5 }).send.map(decode)).toEqual([
    { result: null, error: 'unknown method', id: 5 },
  ]);
});

test('a request can be cancelled', () => {
  const { session } = peer();
  expect(decode(session.cancel(7))).toEqual({ method: 'cancel', params: [7], id: null });
});

describe('monitors', () => {
  const requests = { Bridge: [{ columns: ['name'] }] };
  const rows = { Bridge: { [uuid]: { initial: { name: 'br' } } } };

  test('with the newest method', () => {
    const { session, answer, say } = peer();
    const request = decode(session.monitor('db', 'm', { Bridge: ['_uuid', 'name'] }));
    expect(request).toMatchObject({ method: 'monitor_cond_since', params: ['db', 'm', requests, zero] });
    expect(answer(request['id'], [false, uuid, rows]).events).toMatchObject([
      {
        kind: 'monitored',
        monitor: 'm',
        method: 'monitor_cond_since',
        reply: { lastTransaction: uuid, incremental: false },
      },
    ]);
    const update = { method: 'update3', params: ['m', zero, { Bridge: { [uuid]: { delete: null } } }], id: null };
    expect(say(update).events).toMatchObject([{ kind: 'updated', monitor: 'm', lastTransaction: zero }]);
  });

  test('falls back step by step on older servers', () => {
    const { session, answer, refuse, say } = peer();
    const first = decode(session.monitor('db', 'm', { Bridge: ['name'] }));
    const second = decode(refuse(first['id'], 'unknown method').send[0]);
    expect(second).toMatchObject({ method: 'monitor_cond', params: ['db', 'm', requests] });
    const third = decode(refuse(second['id'], { error: 'unknown method' }).send[0]);
    expect(third).toMatchObject({ method: 'monitor', params: ['db', 'm', requests] });
    const old = { Bridge: { [uuid]: { new: { name: 'br' } } } };
    expect(answer(third['id'], old).events).toMatchObject([{ kind: 'monitored', method: 'monitor' }]);
    expect(say({ method: 'update', params: ['m', old], id: null }).events).toMatchObject([{ kind: 'updated' }]);
  });

  test('any other refusal is an error', () => {
    const { session, refuse } = peer();
    const request = decode(session.monitor('db', 'm', {}));
    expect(refuse(request['id'], { error: 'unknown database' })).toMatchObject({
      send: [],
      events: [{ kind: 'monitorFailed', monitor: 'm', error: { code: 'unknown database' } }],
    });
  });

  test('a reply that is no reply breaks the session', () => {
    const { session, answer } = peer();
    const request = decode(session.monitor('db', 'm', {}));
    expect(answer(request['id'], 5).events).toMatchObject([{ kind: 'broken', error: { code: 'malformed' } }]);
  });
});

test('locks are owned, waited for, stolen and given back', () => {
  const { session, answer, say } = peer();
  const lock = decode(session.lock('l'));
  expect(lock).toMatchObject({ method: 'lock', params: ['l'] });
  expect(answer(lock['id'], { locked: false }).events).toEqual([{ kind: 'lock', lock: 'l', state: 'waiting' }]);
  expect(say({ method: 'locked', params: ['l'], id: null }).events).toMatchObject([{ state: 'owned' }]);
  expect(session.lockState('l')).toBe('owned');
  expect(say({ method: 'stolen', params: ['l'], id: null }).events).toMatchObject([{ state: 'stolen' }]);
  const steal = decode(session.lock('l', 'steal'));
  expect(answer(steal['id'], { locked: true }).events).toMatchObject([{ state: 'owned' }]);
  const unlock = decode(session.unlock('l'));
  expect(answer(unlock['id'], {}).events).toMatchObject([{ state: 'released' }]);
  expect(session.lockState('l')).toBeUndefined();
  expect(say({ method: 'locked', params: ['other'], id: null }).events).toEqual([]);
});

test('other notifications are passed on, and a cancelled monitor is told', () => {
  const { say } = peer();
  expect(say({ method: 'news', params: [1], id: null }).events).toEqual([
    { kind: 'notified', method: 'news', params: [1] },
  ]);
  expect(say({ method: 'monitor_canceled', params: ['m'], id: null }).events).toEqual([
    { kind: 'monitorCanceled', monitor: 'm' },
  ]);
});

test('silence is probed once, then breaks the session', () => {
  const { session } = peer(1_000);
  expect(session.tick(0).send).toEqual([]);
  expect(session.tick(999).send).toEqual([]);
  expect(session.tick(1_000).send.map(decode)).toMatchObject([{ method: 'echo' }]);
  expect(session.tick(1_500)).toEqual({ send: [], events: [] });
  session.receive(encodeJson({ method: 'x', params: [], id: null }), 1_600);
  expect(session.tick(2_600).send).toHaveLength(1);
  expect(session.tick(3_600).events).toMatchObject([{ kind: 'broken', error: { code: 'inactive' } }]);
  expect(session.tick(9_000)).toEqual({ send: [], events: [] });
});

test('the end fails what is unanswered, once', () => {
  const { session, say } = peer();
  const { id } = session.request('a', []);
  expect(session.close()).toMatchObject([{ kind: 'failed', id, error: { code: 'disconnected' } }]);
  expect(session.close()).toEqual([]);
  expect(say({ id, result: 1, error: null }).events).toEqual([]);
});

test('what came before a bad byte counts, what comes after does not', () => {
  const { session } = peer();
  const { id } = session.request('a', []);
  const other = session.request('b', []);
  const bytes = new TextEncoder().encode(
    `{"id":${id},"result":1,"error":null}?{"id":${other.id},"result":1,"error":null}`,
  );
  expect(session.receive(bytes, 0).events).toMatchObject([
    { kind: 'answered', id },
    { kind: 'failed', id: other.id, error: { code: 'disconnected', cause: { code: 'malformed' } } },
    { kind: 'broken', error: { code: 'malformed' } },
  ]);
});
