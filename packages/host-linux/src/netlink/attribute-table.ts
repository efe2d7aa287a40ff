import type { AttributeCodec } from './attribute-codec.js';
import { hostIsLittleEndian, viewOf } from './byte-order.js';

/** The attributes of one message, or of one nested attribute: name to number and codec. */
export type AttributeTable = Readonly<Record<string, readonly [number, AttributeCodec<unknown>]>>;

export type AttributeValues<T extends AttributeTable> = {
  readonly [K in keyof T]?: T[K] extends readonly [number, AttributeCodec<infer V>] ? V : never;
};

const headerLength = 4;
const nestedFlag = 0x8000;
/** Bits 14 and 15 of an attribute's type are flags (nested, byte order). */
const typeMask = 0x3fff;

const aligned = (length: number) => (length + 3) & ~3;

/** Attributes in the order of the values given. Absent ones are left out. */
export function encodeAttributes<T extends AttributeTable>(table: T, values: AttributeValues<T>): Uint8Array {
  const parts: { readonly type: number; readonly bytes: Uint8Array }[] = [];
  for (const [name, value] of Object.entries(values)) {
    const entry = table[name];
    if (entry === undefined || value === undefined) continue;
    const [type, codec] = entry;
    parts.push({ type: codec.nested ? type | nestedFlag : type, bytes: codec.encode(value) });
  }
  const whole = new Uint8Array(parts.reduce((sum, { bytes }) => sum + aligned(headerLength + bytes.length), 0));
  const view = viewOf(whole);
  let offset = 0;
  for (const { type, bytes } of parts) {
    view.setUint16(offset, headerLength + bytes.length, hostIsLittleEndian);
    view.setUint16(offset + 2, type, hostIsLittleEndian);
    whole.set(bytes, offset + headerLength);
    offset += aligned(headerLength + bytes.length);
  }
  return whole;
}

/**
 * Reads the attributes that the table knows; others are passed over, as newer kernels send more. What is cut short or
 * too small for its type ends or skips, it never throws.
 */
export function decodeAttributes<T extends AttributeTable>(table: T, bytes: Uint8Array): AttributeValues<T> {
  const byType = typeIndex(table);
  const values: Record<string, unknown> = {};
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + headerLength <= bytes.length) {
    const length = view.getUint16(offset, hostIsLittleEndian);
    if (length < headerLength || offset + length > bytes.length) break;
    const known = byType.get(view.getUint16(offset + 2, hostIsLittleEndian) & typeMask);
    if (known) {
      const [name, codec] = known;
      try {
        values[name] = codec.decode(bytes.subarray(offset + headerLength, offset + length));
      } catch {
        // Too short for its type: as if it were absent.
      }
    }
    offset += aligned(length);
  }
  return values as AttributeValues<T>;
}

type TypeIndex = ReadonlyMap<number, readonly [string, AttributeCodec<unknown>]>;
const indexes = new WeakMap<AttributeTable, TypeIndex>();

function typeIndex(table: AttributeTable): TypeIndex {
  const known = indexes.get(table);
  if (known) return known;
  const made = new Map(Object.entries(table).map(([name, [type, codec]]) => [type, [name, codec] as const]));
  indexes.set(table, made);
  return made;
}

/** An attribute that holds attributes. */
export function nested<T extends AttributeTable>(table: T): AttributeCodec<AttributeValues<T>> {
  return {
    nested: true,
    encode: (values) => encodeAttributes(table, values),
    decode: (bytes) => decodeAttributes(table, bytes),
  };
}
