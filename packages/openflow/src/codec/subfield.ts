import { OpenflowError } from '../errors.js';
import { fieldByHeader, fieldByName } from '../fields/registry.js';
import type { Field } from '../fields/field.js';
import type { SubField } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readOxmHeader, writeOxmHeader } from './oxm.js';

/** The row of a sub-field, after a check of its bits. Throws `unknown_field`, `out_of_range`. */
export function subFieldRow({ field, offset, bits }: SubField): Field {
  const row = fieldByName(field);
  if (bits < 1 || offset < 0 || offset + bits > row.bytes * 8) {
    throw new OpenflowError(
      'out_of_range',
      `sub-field ${field}[${offset}..${offset + bits - 1}]: the field has ${row.bits} bits`,
    );
  }
  return row;
}

/** The packed form `offset << 6 | bits - 1`, for up to 64 bits. */
export function packRange({ field, offset, bits }: SubField): number {
  if (bits > 64 || offset > 0x3ff) throw new OpenflowError('out_of_range', `sub-field of ${field}: at most 64 bits`);
  return (offset << 6) | (bits - 1);
}

export function unpackRange(packed: number): { offset: number; bits: number } {
  return { offset: packed >>> 6, bits: (packed & 0x3f) + 1 };
}

/** Writes the header of a sub-field's field as Nicira actions have it. */
export function writeFieldHeader(writer: WireWriter, row: Field): void {
  writeOxmHeader(writer, row, row.nxm);
}

/** Reads a field header that names a row, or nothing where the registry lacks it. */
export function readFieldRow(reader: WireReader): Field | undefined {
  const { field, hasMask } = readOxmHeader(reader);
  return hasMask ? undefined : field;
}

/** A 32-bit header in a fixed position, where experimenter fields have no room. */
export function rowOfHeader(header: number): Field | undefined {
  return fieldByHeader(header);
}

/** A sub-field in the model's names, or nothing where its bits are not in the field. */
export function subFieldOf(row: Field, offset: number, bits: number): SubField | undefined {
  return bits >= 1 && offset + bits <= row.bytes * 8 ? { field: row.name, offset, bits } : undefined;
}
