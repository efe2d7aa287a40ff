import { expect, test } from 'vitest';
import {
  decodeMessage,
  encodeMessage,
  parseFlow,
  withXid,
  type FieldMatch,
  type FlowMod,
  type Message,
} from '../index.js';

const flowMod = (match: readonly FieldMatch[]): FlowMod => ({
  type: 'flow_mod',
  command: 'add',
  ...parseFlow('table=1 actions=drop'),
  match,
});

test.each<[string, readonly FieldMatch[], string]>([
  ['a field that does not exist', [{ field: 'nw_mood', value: 1 }], 'unknown_field'],
  ['a value too wide', [{ field: 'dl_type', value: 0x10000 }], 'out_of_range'],
  ['a negative value', [{ field: 'reg0', value: -1 }], 'out_of_range'],
  ['a fraction', [{ field: 'reg0', value: 1.5 }], 'out_of_range'],
  ['a wide bigint', [{ field: 'ct_label', value: 1n << 128n }], 'out_of_range'],
  ['a mask too wide', [{ field: 'reg0', value: 1, mask: 2 ** 33 }], 'out_of_range'],
  ['a port without protocol', [{ field: 'tp_dst', value: 80 }], 'malformed'],
])('%s is refused', (_name, match, code) => {
  expect(() => encodeMessage(flowMod(match), 1)).toThrow(expect.objectContaining({ code }));
});

test('a message that outgrows the length field is refused', () => {
  const huge: Message = { type: 'echo_request', data: new Uint8Array(65_530) };
  expect(() => encodeMessage(huge, 1)).toThrow(expect.objectContaining({ code: 'too_long' }));
  expect(encodeMessage({ type: 'barrier_request' }, 1).length).toBe(8);
});

test('a flow encoded once goes out under any transaction id, alone or in a bundle', () => {
  const message = flowMod([{ field: 'in_port', value: 1 }]);
  const bytes = encodeMessage(message, 0);
  expect(withXid(bytes, 0xfffffffe)).toEqual(encodeMessage(message, 0xfffffffe));
  const add = { type: 'bundle_add', bundle: 3, flags: { atomic: true } } as const;
  expect(encodeMessage({ ...add, message: bytes }, 77)).toEqual(encodeMessage({ ...add, message }, 77));
  expect(decodeMessage(bytes).xid).toBe(0);
  expect(() => encodeMessage({ ...add, message: new Uint8Array(4) }, 1)).toThrow(
    expect.objectContaining({ code: 'malformed' }),
  );
});

test('peers that speak other versions are understood as far as it takes to part', () => {
  const hello = Uint8Array.of(1, 0, 0, 8, 0, 0, 0, 9);
  expect(decodeMessage(hello)).toEqual({ xid: 9, version: 1, message: { type: 'hello', versions: [1] } });
  const error = Uint8Array.of(1, 1, 0, 12, 0, 0, 0, 9, 0, 0, 0, 0);
  expect(decodeMessage(error)).toMatchObject({ version: 1, message: { type: 'error', name: 'OFPHFC_INCOMPATIBLE' } });
  const flowModOf10 = Uint8Array.of(1, 14, 0, 9, 0, 0, 0, 9, 5);
  expect(decodeMessage(flowModOf10).message).toEqual({
    type: 'unknown',
    version: 1,
    messageType: 14,
    body: Uint8Array.of(5),
  });
});

test('bundles within bundles end', () => {
  let message: Message = { type: 'barrier_request' };
  for (let depth = 0; depth < 10; depth += 1) message = { type: 'bundle_add', bundle: depth, flags: {}, message };
  expect(() => decodeMessage(encodeMessage(message, 1))).toThrow(expect.objectContaining({ code: 'malformed' }));
});
