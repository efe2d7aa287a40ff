import { OpenflowError } from '../errors.js';
import type { Field, FieldHeader } from '../fields/field.js';
import { fieldByHeader } from '../fields/registry.js';
import type { FieldValue } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { andValues, readValue, writeValue } from './field-value.js';

const experimenterClass = 0xffff;
const maskBit = 0x100;
const lengthBits = 0xff;

export interface OxmHeader {
  readonly header: number;
  readonly experimenter?: number;
  readonly hasMask: boolean;
  /** Bytes of value and mask together. */
  readonly payload: number;
  readonly field: Field | undefined;
}

/** Reads the 4 or 8 bytes before a value. */
export function readOxmHeader(reader: WireReader): OxmHeader {
  const header = reader.u32();
  const length = header & lengthBits;
  const hasMask = (header & maskBit) !== 0;
  if (header >>> 16 !== experimenterClass) {
    return { header, hasMask, payload: length, field: fieldByHeader(header) };
  }
  if (length < 4)
    throw new OpenflowError('malformed', 'decode field: experimenter id missing', { offset: reader.offset });
  const experimenter = reader.u32();
  return { header, experimenter, hasMask, payload: length - 4, field: fieldByHeader(header, experimenter) };
}

/** Bytes that value or mask have by a header, or nothing where the header's length is not the field's. */
export function valueBytes(field: Field, { hasMask, payload }: OxmHeader): number | undefined {
  const bytes = hasMask ? payload / 2 : payload;
  const fits = field.variable ? Number.isInteger(bytes) && bytes > 0 && bytes <= field.bytes : bytes === field.bytes;
  return fits ? bytes : undefined;
}

/** Header, value and mask of one field. */
export function writeOxm(
  writer: WireWriter,
  field: Field,
  { header, experimenter }: FieldHeader,
  value: FieldValue,
  mask?: FieldValue,
  length?: number,
): void {
  const bytes = field.variable ? (length ?? neededBytes(value, mask)) : field.bytes;
  const total = field.variable ? (mask === undefined ? bytes : 2 * bytes) : 0;
  if (mask === undefined) writer.u32((header | total) >>> 0);
  else writer.u32(field.variable ? (header | maskBit | total) >>> 0 : maskedHeader(header, bytes));
  if (experimenter !== undefined) writer.u32(experimenter);
  writeValue(writer, value, bytes);
  if (mask !== undefined) writeValue(writer, mask, bytes);
}

/** The header alone, as sub-fields have it. A field of variable length is named with its greatest length. */
export function writeOxmHeader(writer: WireWriter, field: Field, { header, experimenter }: FieldHeader): void {
  writer.u32(field.variable ? (header | field.bytes) >>> 0 : header);
  if (experimenter !== undefined) writer.u32(experimenter);
}

/** Value and optional mask behind a header that `valueBytes` accepted. Mask bits beyond the field's mean nothing. */
export function readOxmValue(
  reader: WireReader,
  field: Field,
  bytes: number,
  hasMask: boolean,
): { value: FieldValue; mask?: FieldValue } {
  const value = readValue(reader, field, bytes);
  return hasMask ? { value, mask: andValues(readValue(reader, field, bytes), field.all) } : { value };
}

function maskedHeader(header: number, bytes: number): number {
  return (header | maskBit) + bytes;
}

function neededBytes(value: FieldValue, mask?: FieldValue): number {
  const widest = mask === undefined ? BigInt(value) : BigInt(value) | BigInt(mask);
  return Math.max(1, Math.ceil(widest.toString(16).length / 2));
}
