import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionError } from './errors.js';
import { FrameSplitter, frameType, frameVersion, frameXid } from './frame-splitter.js';

function frame(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + body.length);
  bytes.set([4, 10, bytes.length >>> 8, bytes.length & 0xff, 0xfe, 0xdc, 0xba, 0x98]);
  bytes.set(body, 8);
  return bytes;
}

test('messages come out whole and in order wherever the stream is cut', () => {
  const length = fc.oneof(fc.nat(40), fc.constant(65_527));
  const cut = fc.oneof(fc.nat(2), fc.nat(60), fc.nat(200_000));
  fc.assert(
    fc.property(fc.array(length, { maxLength: 8 }), fc.array(cut, { maxLength: 50 }), (lengths, sizes) => {
      const frames = lengths.map((bytes, index) => frame(new Uint8Array(bytes).fill(index + 1)));
      const stream = Buffer.concat(frames);
      const splitter = new FrameSplitter();
      const taken: Uint8Array[] = [];
      for (let at = 0, index = 0; at < stream.length; index += 1) {
        const end = at + 1 + (sizes[index] ?? 300);
        splitter.push(stream.subarray(at, end), (bytes) => taken.push(bytes));
        at = end;
      }
      expect(taken.map((bytes) => bytes.length)).toEqual(frames.map((bytes) => bytes.length));
      expect(Buffer.compare(Buffer.concat(taken), stream)).toBe(0);
    }),
  );
});

test('an impossible length ends the stream', () => {
  const splitter = new FrameSplitter();
  expect(() => splitter.push(new Uint8Array([4, 0, 0, 7, 0, 0, 0, 0]), () => expect.unreachable())).toThrow(
    SessionError,
  );
});

test('header fields', () => {
  const bytes = frame(new Uint8Array());
  expect([frameVersion(bytes), frameType(bytes), frameXid(bytes)]).toEqual([4, 10, 0xfedcba98]);
});
