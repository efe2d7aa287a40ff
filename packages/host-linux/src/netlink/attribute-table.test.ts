import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { raw, s32, string, u16, u32, u8 } from './attribute-codec.js';
import { decodeAttributes, encodeAttributes, nested } from './attribute-table.js';
import { decodeMessages, encodeMessage } from './message.js';
import { Reply } from './reply.js';

const inner = { kind: [1, string], data: [2, raw] } as const;
const table = {
  name: [3, string],
  small: [4, u8],
  medium: [5, u16],
  large: [6, u32],
  signed: [7, s32],
  bytes: [8, raw],
  nested: [18, nested(inner)],
} as const;

describe('netlink attributes', () => {
  it('come back as they were written', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '-', '7', '日') });
    fc.assert(
      fc.property(
        fc.record(
          {
            name: text,
            small: fc.integer({ min: 0, max: 255 }),
            medium: fc.integer({ min: 0, max: 65_535 }),
            large: fc.nat({ max: 0xffff_ffff }),
            signed: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
            bytes: fc.uint8Array({ maxLength: 40 }),
            nested: fc.record({ kind: text, data: fc.uint8Array({ maxLength: 9 }) }, { requiredKeys: [] }),
          },
          { requiredKeys: [] },
        ),
        (values) => {
          const bytes = encodeAttributes(table, values);
          expect(bytes.length % 4).toBe(0);
          expect(decodeAttributes(table, bytes)).toEqual(values);
        },
      ),
    );
  });

  it('are laid out as the kernel has them', () => {
    // Little-endian machines only; on others the codec is the same but for the order.
    const bytes = encodeAttributes(table, { name: 'lo', nested: { kind: 'veth' } });
    expect(Buffer.from(bytes).toString('hex')).toBe(
      ['07000300', '6c6f0000', '10001280', '09000100', '76657468', '00000000'].join(''),
    );
  });

  it('passes over attributes it does not know', () => {
    const bytes = encodeAttributes({ ...table, other: [99, u32] } as const, { other: 5, small: 1 });
    expect(decodeAttributes(table, bytes)).toEqual({ small: 1 });
  });

  it('never reads beyond the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        decodeAttributes(table, bytes);
        for (const message of decodeMessages(bytes)) {
          expect(message.payload.length).toBeLessThanOrEqual(bytes.length - 16);
        }
      }),
    );
  });
});

const code = (value: number) => new Uint8Array(Int32Array.of(value).buffer);
const message = (type: number, payload: Uint8Array, flags = 0) => {
  const [decoded] = decodeMessages(encodeMessage({ type, flags, sequence: 1, payload }));
  if (decoded === undefined) throw new Error('not decoded');
  return decoded;
};

describe('a reply', () => {
  it('ends with an acknowledgement or the end of a list', () => {
    const reply = new Reply('test');
    expect(reply.take(message(16, Uint8Array.of(1)))).toBe(false);
    expect(reply.take(message(3, code(0)))).toBe(true);
    expect(reply.messages).toHaveLength(1);
    expect(new Reply('test').take(message(2, code(0)))).toBe(true);
  });

  it('throws what the kernel says, with its text', () => {
    const text = encodeAttributes({ text: [1, string] } as const, { text: 'Nexthop has invalid gateway' });
    const payload = new Uint8Array([...code(-22), ...new Uint8Array(16), ...text]);
    expect(() => new Reply('add route').take(message(2, payload, 0x200))).toThrow(
      'add route: EINVAL (Nexthop has invalid gateway)',
    );
    expect(() => new Reply('list').take(message(3, code(-4)))).toThrow('list: EINTR');
  });

  it('tells of a list that was interrupted', () => {
    const reply = new Reply('list');
    reply.take(message(16, new Uint8Array(), 0x10));
    expect(() => reply.take(message(3, code(0)))).toThrow(/list/);
  });
});
