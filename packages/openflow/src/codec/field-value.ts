import { OpenflowError } from '../errors.js';
import type { Field } from '../fields/field.js';
import type { FieldValue } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

/** Most bytes that a value may have and still be a `number`. */
export const numberBytes = 6;

/** The value in the type that its width asks for. Throws `out_of_range`. */
export function checkValue(field: Field, value: FieldValue): FieldValue {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= field.all) {
      return field.bytes <= numberBytes ? value : BigInt(value);
    }
  } else if (value >= 0n && value >> BigInt(field.bits) === 0n) {
    return field.bytes <= numberBytes ? Number(value) : value;
  }
  throw new OpenflowError('out_of_range', `field ${field.name}: ${value} does not fit into ${field.bits} bits`);
}

/** Whether only bits that the field has are set. */
export function valueFits(field: Field, value: FieldValue): boolean {
  return typeof value === 'number' ? value < 2 ** field.bits : value >> BigInt(field.bits) === 0n;
}

/** Bitwise AND of two values of one field; 32-bit operators do not reach MAC addresses. */
export function andValues(left: FieldValue, right: FieldValue): FieldValue {
  if (typeof left === 'number' && typeof right === 'number') {
    if (left <= 0xffff_ffff && right <= 0xffff_ffff) return (left & right) >>> 0;
    return Number(BigInt(left) & BigInt(right));
  }
  return BigInt(left) & BigInt(right);
}

export function writeValue(writer: WireWriter, value: FieldValue, bytes: number): void {
  if (typeof value === 'bigint') writer.bigUint(value, bytes);
  else if (bytes === 4) writer.u32(value);
  else if (bytes > 8) writer.bigUint(BigInt(value), bytes);
  else writer.uint(value, bytes);
}

/** A value of `bytes` bytes: a number for the fields that use numbers, else a bigint. */
export function readValue(reader: WireReader, field: Field, bytes: number): FieldValue {
  return field.bytes <= numberBytes && bytes <= numberBytes ? reader.uint(bytes) : reader.bigUint(bytes);
}
