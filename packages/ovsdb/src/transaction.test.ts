import { describe, expect, test } from 'vitest';
import { openVSwitchSchema } from './generated/vswitch.js';
import { Transaction } from './transaction.js';
import type { Uuid } from './value.js';

const uuid = '01234567-89ab-4def-8123-456789abcdef' as Uuid;
const transaction = () => new Transaction(openVSwitchSchema);

test('a port as RFC 7047 writes it', () => {
  const t = transaction();
  const iface = t.insert('Interface', { name: 'p', type: 'internal', ofport_request: 7, mac: undefined });
  const port = t.insert('Port', { name: 'p', interfaces: [iface], external_ids: new Map([['a', 'b']]) });
  t.mutate('Bridge', [['name', '==', 'br']], [['ports', 'insert', [port]]]);
  expect(t.operations).toEqual([
    {
      op: 'insert',
      table: 'Interface',
      'uuid-name': 'row0',
      row: { name: 'p', type: 'internal', ofport_request: ['set', [7]], mac: ['set', []] },
    },
    {
      op: 'insert',
      table: 'Port',
      'uuid-name': 'row1',
      row: { name: 'p', interfaces: ['set', [['named-uuid', 'row0']]], external_ids: ['map', [['a', 'b']]] },
    },
    {
      op: 'mutate',
      table: 'Bridge',
      where: [['name', '==', 'br']],
      mutations: [['ports', 'insert', ['set', [['named-uuid', 'row1']]]]],
    },
  ]);
});

test('the other operations', () => {
  const t = transaction();
  t.update('Bridge', [['_uuid', '==', uuid]], { fail_mode: 'secure' });
  t.delete('Bridge', [['external_ids', 'includes', new Map([['k', 'v']])]]);
  t.mutate(
    'Open_vSwitch',
    [],
    [
      ['next_cfg', '+=', 1],
      ['other_config', 'delete', ['k']],
    ],
  );
  t.wait('Bridge', [], '==', [{ name: 'br' }], { columns: ['name'], timeoutMs: 5 });
  t.comment('why');
  t.assert('lock');
  t.commit({ durable: true });
  t.abort();
  expect(t.operations).toEqual([
    {
      op: 'update',
      table: 'Bridge',
      where: [['_uuid', '==', ['uuid', uuid]]],
      row: { fail_mode: ['set', ['secure']] },
    },
    { op: 'delete', table: 'Bridge', where: [['external_ids', 'includes', ['map', [['k', 'v']]]]] },
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [
        ['next_cfg', '+=', 1],
        ['other_config', 'delete', ['set', ['k']]],
      ],
    },
    { op: 'wait', table: 'Bridge', where: [], columns: ['name'], until: '==', rows: [{ name: 'br' }], timeout: 5 },
    { op: 'comment', comment: 'why' },
    { op: 'assert', lock: 'lock' },
    { op: 'commit', durable: true },
    { op: 'abort' },
  ]);
});

test('results are found by what asked for them', () => {
  const t = transaction();
  const inserted = t.insert('Bridge', { name: 'br' });
  const touched = t.mutate('Open_vSwitch', [], [['bridges', 'insert', [inserted]]]);
  const selection = t.select('Bridge', [], ['name', 'ports', 'fail_mode']);
  const result = t.parseResult([
    { uuid: ['uuid', uuid] },
    { count: 1 },
    { rows: [{ name: 'br', ports: ['uuid', uuid], fail_mode: ['set', []] }] },
  ]);
  expect(result.uuid(inserted)).toBe(uuid);
  expect(result.count(touched)).toBe(1);
  expect(result.rows(selection)).toEqual([{ name: 'br', ports: [uuid], fail_mode: undefined }]);
});

function failing() {
  const t = transaction();
  t.insert('Interface', { name: 'p', options: new Map([['psk', 'very secret']]) });
  t.comment('c');
  return t;
}

describe('errors', () => {
  test('name the operation that failed and keep it, but out of sight of loggers', () => {
    const error = catchError(() => failing().parseResult([{ error: 'range error', details: 'd' }, null]));
    expect(error).toMatchObject({ code: 'range error', details: 'd', operationIndex: 0 });
    expect(error.message).toBe('transact Open_vSwitch: operation 0 (insert Interface): range error: d');
    expect(error.operation).toMatchObject({ op: 'insert', table: 'Interface' });
    expect(JSON.stringify({ ...error })).not.toContain('secret');
  });

  test('of the commit name all operations', () => {
    const answer = [{}, {}, { error: 'constraint violation', details: 'd' }];
    const error = catchError(() => failing().parseResult(answer));
    expect(error).toMatchObject({ code: 'constraint violation', operationIndex: undefined, operation: undefined });
    expect(error.message).toContain('commit of insert Interface, comment');
  });

  test('unknown to us keep their text', () => {
    const error = catchError(() => failing().parseResult([{ error: 'new kind' }]));
    expect(error).toMatchObject({ code: 'server error', details: 'new kind' });
  });

  test.each([[null], [[]], [[{}]], [[{}, null]], [{}], ['x']])('the answer %j is malformed', (answer) => {
    expect(catchError(() => failing().parseResult(answer)).code).toBe('malformed');
  });

  test('in what we write show before anything is sent', () => {
    const t = transaction();
    expect(catchError(() => t.insert('Interface', { name: 'p', ofport_request: 65_280 })).code).toBe('bad value');
    expect(catchError(() => t.insert('Nope' as never, {})).code).toBe('schema mismatch');
    expect(catchError(() => t.update('Bridge', [], { nope: 1 } as never)).code).toBe('schema mismatch');
    expect(catchError(() => t.mutate('Bridge', [], [['name', 'insert', 'x'] as never])).code).toBe('bad value');
  });
});

function catchError(work: () => unknown): { code: string; message: string; operation?: unknown } {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
}
