import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openVSwitchSchema } from './generated/vswitch.js';
import type { Json, JsonObject } from './json.js';
import { parseMonitorReply, parseTableUpdates } from './monitor.js';
import { Replica } from './replica.js';
import type { Uuid } from './value.js';

const spec = { Bridge: ['_uuid', 'name', 'fail_mode', 'ports', 'external_ids'], Port: ['name'] } as const;
const replica = () => new Replica(openVSwitchSchema, spec);
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as Uuid;
const update = (rows: JsonObject, version: 1 | 2 = 2) => parseTableUpdates({ Bridge: rows }, version);

describe('update2', () => {
  test('an insert leaves defaults out, a modify tells differences, a delete says nothing', () => {
    const r = replica();
    const inserted = r.apply(
      update({
        [id(1)]: {
          insert: {
            name: 'br',
            external_ids: [
              'map',
              [
                ['a', '1'],
                ['b', '2'],
              ],
            ],
          },
        },
      }),
    );
    const before = r.get('Bridge', id(1));
    expect(before).toEqual({
      _uuid: id(1),
      name: 'br',
      fail_mode: undefined,
      ports: [],
      external_ids: new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    });
    expect(inserted).toEqual([{ table: 'Bridge', uuid: id(1), new: before }]);

    const difference = {
      fail_mode: 'secure',
      ports: ['uuid', id(9)],
      external_ids: [
        'map',
        [
          ['a', '1'],
          ['b', '3'],
          ['c', '4'],
        ],
      ],
    };
    const modified = r.apply(update({ [id(1)]: { modify: difference } }));
    const after = r.get('Bridge', id(1));
    expect(after).toMatchObject({
      fail_mode: 'secure',
      ports: [id(9)],
      external_ids: new Map([
        ['b', '3'],
        ['c', '4'],
      ]),
    });
    expect(modified).toEqual([{ table: 'Bridge', uuid: id(1), old: before, new: after }]);
    expect(before?.ports).toEqual([]);

    r.apply(update({ [id(1)]: { modify: { ports: ['uuid', id(9)], fail_mode: ['set', []] } } }));
    expect(r.get('Bridge', id(1))).toMatchObject({ ports: [], fail_mode: undefined });
    expect(r.apply(update({ [id(1)]: { delete: null } }))).toMatchObject([{ uuid: id(1), old: { name: 'br' } }]);
    expect(r.rows('Bridge').size).toBe(0);
  });

  test('a row that nobody knows cannot be modified; an unknown deletion is harmless', () => {
    expect(() => replica().apply(update({ [id(1)]: { modify: {} } }))).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
    expect(replica().apply(update({ [id(1)]: { delete: null } }))).toEqual([]);
  });
});

test('update carries whole rows', () => {
  const r = replica();
  const row = { name: 'br', fail_mode: ['set', []], ports: ['set', []], external_ids: ['map', []] };
  r.apply(update({ [id(1)]: { new: row } }, 1));
  r.apply(update({ [id(1)]: { old: { fail_mode: ['set', []] }, new: { ...row, fail_mode: 'secure' } } }, 1));
  expect(r.get('Bridge', id(1))?.fail_mode).toBe('secure');
  r.apply(update({ [id(1)]: { old: { ...row, fail_mode: 'secure' } } }, 1));
  expect(r.rows('Bridge').size).toBe(0);
});

test('names are found by index, also when a name moves to another row within one update', () => {
  for (const order of [
    [1, 2],
    [2, 1],
  ]) {
    const r = replica();
    r.apply(update({ [id(1)]: { insert: { name: 'x' } }, [id(2)]: { insert: { name: 'y' } } }));
    const moves = { 1: { modify: { name: 'z' } }, 2: { modify: { name: 'x' } } };
    r.apply(update(Object.fromEntries(order.map((n) => [id(n), moves[n as 1 | 2]]))));
    expect(r.find('Bridge', 'name', 'x')?._uuid).toBe(id(2));
    expect(r.find('Bridge', 'name', 'z')?._uuid).toBe(id(1));
    expect(r.find('Bridge', 'name', 'y')).toBeUndefined();
    expect(r.find('Bridge', 'fail_mode', 'secure')).toBeUndefined();
  }
});

const row = (name: string, key: string): JsonObject => ({ initial: { name, external_ids: ['map', [['k', key]]] } });

test('a resync from the whole contents tells only what differs', () => {
  const r = replica();
  r.apply(update({ [id(1)]: row('a', '1'), [id(2)]: row('b', '1'), [id(3)]: row('c', '1') }));
  const same = r.get('Bridge', id(1));
  const json: Json = { Bridge: { [id(1)]: row('a', '1'), [id(2)]: row('b', '2'), [id(4)]: row('d', '1') } };
  const changes = r.resync(parseMonitorReply('monitor_cond', json));
  expect(changes.map((change) => [change.uuid, change.old?.name, change.new?.name])).toEqual([
    [id(3), 'c', undefined],
    [id(2), 'b', 'b'],
    [id(4), undefined, 'd'],
  ]);
  expect(r.get('Bridge', id(1))).toBe(same);
});

test('a resync of a server with a history applies what followed', () => {
  const r = replica();
  const since: Json = [false, id(7), { Bridge: { [id(1)]: { initial: { name: 'a' } } } }];
  expect(parseMonitorReply('monitor_cond_since', since).lastTransaction).toBe(id(7));
  r.resync(parseMonitorReply('monitor_cond_since', since));
  r.resync(parseMonitorReply('monitor_cond_since', [true, id(8), { Bridge: { [id(1)]: { modify: { name: 'b' } } } }]));
  expect(r.find('Bridge', 'name', 'b')?._uuid).toBe(id(1));
});

test('differences lead to the same rows as whole contents', () => {
  const pairs = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  const state = fc.record({ ports: fc.uniqueArray(fc.integer({ min: 1, max: 5 })), pairs });
  fc.assert(
    fc.property(fc.array(state, { minLength: 1 }), (states) => {
      const r = replica();
      r.apply(update({ [id(0)]: { insert: { name: 'br' } } }));
      let [ports, map] = [new Set<number>(), new Map<string, string>()];
      for (const next of states) {
        const nextPorts = new Set(next.ports);
        const nextMap = new Map(Object.entries(next.pairs));
        const toggled = [...ports, ...nextPorts].filter((port) => ports.has(port) !== nextPorts.has(port));
        const removed = [...map].filter(([key]) => !nextMap.has(key));
        const set = [...nextMap].filter(([key, value]) => map.get(key) !== value);
        const modify = {
          ports: ['set', toggled.map((port) => ['uuid', id(port)])],
          external_ids: ['map', [...removed, ...set]],
        };
        r.apply(update({ [id(0)]: { modify } }));
        [ports, map] = [nextPorts, nextMap];
      }
      const row = r.get('Bridge', id(0));
      expect(new Set(row?.ports)).toEqual(new Set([...ports].map(id)));
      expect(row?.external_ids).toEqual(map);
    }),
  );
});

test.each<[string, Json]>([
  ['no object', 1],
  ['a table that is no object', { Bridge: 1 }],
  ['a row without UUID', { Bridge: { x: { insert: {} } } }],
  ['a row without a kind', { Bridge: { [id(1)]: {} } }],
])('%s is malformed', (_, json) => {
  expect(() => parseTableUpdates(json, 2)).toThrow(expect.objectContaining({ code: 'malformed' }));
});
