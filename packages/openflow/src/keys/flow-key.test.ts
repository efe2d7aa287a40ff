import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  flowKey,
  keyInTable,
  keyMaker,
  matchKey,
  normalizeMatch,
  parseFlow,
  parseMatch,
  sameFlow,
  type Flow,
  type Match,
} from '../index.js';

const full128 = (1n << 128n) - 1n;

test.each<[string, Match, string]>([
  ['a full mask', [{ field: 'reg0', value: 5, mask: 0xffffffff }], 'reg0=5'],
  ['an empty mask', [{ field: 'reg0', value: 5, mask: 0 }], ''],
  ['bits outside the mask', [{ field: 'reg0', value: 0xff, mask: 0x0f }], 'reg0=0xf/0xf'],
  [
    'a prefix with host bits',
    [
      { field: 'dl_type', value: 0x800 },
      { field: 'nw_dst', value: 0x0a0a0105, mask: 0xffffff00 },
    ],
    'ip,nw_dst=10.10.1.0/24',
  ],
  [
    'a wide register',
    [{ field: 'xxreg3', value: (0xfdn << 120n) | 5n, mask: full128 }],
    'reg12=0xfd000000,reg13=0,reg14=0,reg15=5',
  ],
  [
    'other spellings',
    [
      { field: 'eth_type', value: 0x800 },
      { field: 'ip_proto', value: 6 },
      { field: 'tcp_dst', value: 80 },
    ],
    'tcp,tp_dst=80',
  ],
  ['numbers as bigint', [{ field: 'reg1', value: 7n }], 'reg1=7'],
  ['all states of a connection', [{ field: 'ct_state', value: 0x21 }], 'ct_state=new|trk'],
  [
    'DSCP in either unit',
    [
      { field: 'dl_type', value: 0x800 },
      { field: 'ip_dscp', value: 7 },
    ],
    'ip,nw_tos=28',
  ],
  [
    'tag and priority apart',
    [
      { field: 'dl_vlan_pcp', value: 3 },
      { field: 'dl_vlan', value: 5 },
    ],
    'dl_vlan=5,dl_vlan_pcp=3',
  ],
])('matches that mean the same have one key: %s', (_name, match, text) => {
  expect(matchKey(match)).toBe(matchKey(parseMatch(text)));
  expect(normalizeMatch(match)).toEqual(normalizeMatch(parseMatch(text)));
});

test.each([
  ['tcp,tp_dst=80', 'udp,tp_dst=80'],
  ['reg0=0', 'reg1=0'],
  ['reg0=0/0xf', 'reg0=0/0xff'],
  ['ip', 'ipv6'],
  ['ct_state=+trk', 'ct_state=-trk'],
])('%s is not %s', (left, right) => {
  expect(matchKey(parseMatch(left))).not.toBe(matchKey(parseMatch(right)));
});

const base = 'cookie=0x1, table=5, priority=7,ip,reg0=0x1 actions=load:0x1->NXM_NX_REG1[0..3],goto_table:9';

test.each([
  ['cookie', base.replace('0x1,', '0x2,')],
  ['timeout', base.replace('priority', 'hard_timeout=5, priority')],
  ['flags', base.replace('priority', 'send_flow_rem priority')],
  ['value of an action', base.replace('load:0x1', 'load:0x2')],
  ['bits of an action', base.replace('0..3', '0..4')],
  ['next table', base.replace(':9', ':10')],
  ['load for set_field', base.replace('load:0x1->NXM_NX_REG1[0..3]', 'set_field:0x1->reg1')],
])('a flow that differs in %s has the same key, and is not the same', (_name, text) => {
  expect(flowKey(parseFlow(text))).toBe(flowKey(parseFlow(base)));
  expect(sameFlow(parseFlow(text), parseFlow(base))).toBe(false);
});

test('what the switch reorders or rewrites does not count', () => {
  const observed = parseFlow(
    'table=5, priority=7 actions=meter:1,load:0->NXM_NX_XXREG0[0..63],load:0x1->NXM_NX_XXREG0[64..127],goto_table:9',
  );
  const desired: Flow = {
    ...observed,
    instructions: [
      { kind: 'goto_table', table: 9 },
      { kind: 'write_actions', actions: [] },
      {
        kind: 'apply_actions',
        actions: [{ kind: 'reg_load', dst: { field: 'xxreg0', offset: 0, bits: 128 }, value: 1n << 64n }],
      },
      { kind: 'meter', meter: 1 },
    ],
  };
  expect(sameFlow(desired, observed)).toBe(true);
});

test('keys that are made of parts are those of the whole', () => {
  const ip = fc.integer({ min: 0, max: 0xffff_ffff });
  const cases = fc.oneof(
    fc.record({ field: fc.constantFrom('nw_src', 'nw_dst', 'reg3', 'ct_mark'), value: ip }),
    fc.record({ field: fc.constantFrom('dl_src', 'dl_dst'), value: fc.integer({ min: 0, max: 2 ** 48 - 1 }) }),
    fc.record({ field: fc.constantFrom('ipv6_src', 'ct_label'), value: fc.bigInt({ min: 0n, max: full128 }) }),
    fc.record({
      field: fc.constant('nw_src'),
      value: ip.map((value) => value & 0x7fff_ff00),
      mask: fc.constant(0xffff_ff00),
    }),
  );
  fc.assert(
    fc.property(cases, fc.nat(255), fc.nat(65535), ({ field, ...rest }, table, priority) => {
      const mask = 'mask' in rest ? rest.mask : undefined;
      const common: Match = [{ field: 'conj_id', value: 7 }];
      const match: Match = [{ field, value: rest.value, ...(mask === undefined ? {} : { mask }) }, ...common];
      const key = keyMaker(common, field)(rest.value, mask);
      expect(key).toBe(matchKey(match));
      expect(keyInTable(table, priority, key)).toBe(flowKey({ table, priority, cookie: 0n, match, instructions: [] }));
    }),
  );
});

test('keys tell apart what no field list is too long for', () => {
  const unknown = (length: number): Match => [
    { field: 'unknown', header: 0x1234_5678, payload: new Uint8Array(length) },
  ];
  const keys = [0, 3, 52, 53, 54, 4_096, 9_000].map((length) => matchKey(unknown(length)));
  expect(new Set(keys).size).toBe(keys.length);
});
