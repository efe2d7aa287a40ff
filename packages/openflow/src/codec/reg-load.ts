import { OpenflowError } from '../errors.js';
import type { Action } from '../model/action.js';
import type { FieldValue, SubField } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { numberBytes } from './field-value.js';
import { vendors } from './constants.js';
import { niciraSubtypes } from './nicira-subtypes.js';
import { rowOfHeader, subFieldOf, subFieldRow, unpackRange } from './subfield.js';

const segmentBits = 64;

/** NXAST_REG_LOAD. It holds at most 64 bits, so a wider range becomes several, low bits first, as Open vSwitch does. */
export function writeRegLoad(writer: WireWriter, dst: SubField, value: FieldValue): void {
  const { header, experimenter } = subFieldRow(dst).nxm;
  if (experimenter !== undefined)
    throw new OpenflowError('malformed', `load: ${dst.field} has no room for its experimenter id`);
  if (BigInt(value) < 0n || BigInt(value) >> BigInt(dst.bits) !== 0n) {
    throw new OpenflowError('out_of_range', `load: ${value} does not fit into ${dst.bits} bits of ${dst.field}`);
  }
  for (let done = 0; done < dst.bits; done += segmentBits) {
    const bits = Math.min(segmentBits, dst.bits - done);
    const part = dst.bits <= segmentBits ? value : (BigInt(value) >> BigInt(done)) & ((1n << BigInt(bits)) - 1n);
    writeSegment(writer, header, ((dst.offset + done) << 6) | (bits - 1), part);
  }
}

function writeSegment(writer: WireWriter, header: number, range: number, value: FieldValue): void {
  writer.u16(0xffff);
  writer.u16(24);
  writer.u32(vendors.nicira);
  writer.u16(niciraSubtypes.regLoad);
  writer.u16(range);
  writer.u32(header);
  if (typeof value === 'number') writer.uint(value, 8);
  else writer.u64(value);
}

export function readRegLoad(body: WireReader): Action | undefined {
  const { offset, bits } = unpackRange(body.u16());
  const row = rowOfHeader(body.u32());
  const dst = row && subFieldOf(row, offset, bits);
  if (row === undefined || dst === undefined || row.variable) return undefined;
  const value = body.u64();
  if (value >> BigInt(bits) !== 0n) return undefined;
  return { kind: 'reg_load', dst, value: row.bytes <= numberBytes ? Number(value) : value };
}
