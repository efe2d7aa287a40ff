import { expect, test } from 'vitest';
import {
  formatActions,
  formatMatch,
  formatMeter,
  OpenflowError,
  parseActions,
  parseFlow,
  parseMatch,
  parseMeter,
} from '../index.js';
import { formatIpv6, parseIpv6 } from './ip-text.js';

test.each([
  ['::', 0n],
  ['::1', 1n],
  ['fd00::5', (0xfdn << 120n) | 5n],
  ['1:2:3:4:5:6:7:8', 0x00010002000300040005000600070008n],
  ['1:0:0:2::', 0x00010000000000020000000000000000n],
  ['0:1::1', 0x00000001000000000000000000000001n],
  ['1:2:3:4:5:6:0:8', 0x00010002000300040005000600000008n],
  ['::ffff:10.0.0.1', 0xffff0a000001n],
  ['::10.0.0.1', 0x0a000001n],
])('%s', (text, value) => {
  expect(formatIpv6(value)).toBe(text);
  expect(parseIpv6(text)).toBe(value);
});

test.each(['', '1:2', ':::', '1::2::3', '12345::', '::1.2.3', '1:2:3:4:5:6:7:8:9', 'g::'])(
  '%j is no IPv6 address',
  (text) => {
    expect(() => parseIpv6(text)).toThrow(OpenflowError);
  },
);

test('a meter of a dump, on lines or in one', () => {
  const text = 'meter=1 pktps burst bands=\ntype=drop rate=100 burst_size=200';
  const meter = parseMeter(text.replace('\n', ' '));
  expect(meter).toEqual({ meter: 1, flags: ['pktps', 'burst'], bands: [{ kind: 'drop', rate: 100, burst: 200 }] });
  expect(formatMeter(meter)).toBe(text);
  expect(parseMeter(text)).toEqual(meter);
});

test('what nobody knows is shown and read back', () => {
  const match = [
    { field: 'unknown', header: 0xffff0206, experimenter: 0x1234, payload: new Uint8Array([1, 2]) },
  ] as const;
  expect(parseMatch(formatMatch(match))).toEqual(match);
  const actions = [{ kind: 'unknown', data: new Uint8Array([0, 99, 0, 8, 1, 2, 3, 4]) }] as const;
  expect(parseActions(formatActions(actions))).toEqual(actions);
});

test.each([
  ['ip', 'text_syntax', 'actions= missing'],
  ['nw_foo=5 actions=drop', 'unknown_field', 'nw_foo'],
  ['nw_src actions=drop', 'text_syntax', 'nw_src has no value'],
  ['nw_src=1.2.3 actions=drop', 'text_syntax', '1.2.3'],
  ['table=256 actions=drop', 'text_syntax', '256'],
  ['ip actions=fly', 'text_syntax', 'fly'],
  ['ip actions=ct(commit', 'text_syntax', 'not closed'],
  ['ip actions=load:5->NXM_NX_REG0[30..40]', 'text_syntax', 'outside'],
  ['ip actions=set_field:5', 'text_syntax', '->'],
])('%s is refused with its reason', (text, code, part) => {
  expect(() => parseFlow(text)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }));
});
