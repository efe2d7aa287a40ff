import { expect, test } from 'vitest';
import { OpenflowError } from '../errors.js';
import { WireReader } from './reader.js';
import { WireWriter } from './writer.js';

test.each([
  ['u8', 0xff, 1],
  ['u16', 0xfffe, 2],
  ['u32', 0xfffffffd, 4],
] as const)('%s is big-endian and unsigned', (method, value, size) => {
  const writer = new WireWriter(1);
  writer[method](value);
  const bytes = writer.finish();
  expect(bytes.length).toBe(size);
  expect(bytes[0]).toBe(0xff);
  expect(new WireReader(bytes)[method]()).toBe(value);
});

test.each([1, 2, 3, 4, 5, 6])('a number of %i bytes', (size) => {
  const value = 2 ** (8 * size) - 2;
  const writer = new WireWriter(1);
  writer.uint(value, size);
  expect(new WireReader(writer.finish()).uint(size)).toBe(value);
});

test.each([1, 3, 8, 15, 16, 124])('a bigint of %i bytes', (size) => {
  const value = (1n << BigInt(8 * size)) - 2n;
  const writer = new WireWriter(1);
  writer.bigUint(value, size);
  expect(writer.length).toBe(size);
  expect(new WireReader(writer.finish()).bigUint(size)).toBe(value);
});

test('a reader stays within its bounds and says where it ended', () => {
  const reader = new WireReader(new Uint8Array(10), 2, 6);
  const part = reader.sub(3);
  expect(part.remaining).toBe(3);
  expect(() => part.u32()).toThrow(OpenflowError);
  expect(() => part.u32()).toThrow('need 4 bytes, have 3 (at offset 2)');
  reader.u8();
  for (const read of [
    () => reader.u8(),
    () => reader.bytes(1),
    () => reader.skip(1),
    () => reader.peekU16(0),
    () => reader.sub(1),
  ]) {
    expect(read).toThrow(expect.objectContaining({ code: 'truncated', offset: 6 }));
  }
});

test('a structure above 65535 bytes is refused, not cut', () => {
  const writer = new WireWriter();
  writer.zeros(70_000);
  expect(() => writer.patchLength(2, 0)).toThrow(expect.objectContaining({ code: 'too_long' }));
});
