import { fieldByName } from '../fields/registry.js';
import type { Action } from '../model/action.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { checkValue, valueFits } from './field-value.js';
import { readOxmHeader, readOxmValue, valueBytes, writeOxm } from './oxm.js';

type SetField = Extract<Action, { kind: 'set_field' }>;

/** Whether the action writes only some bits of its field. */
export function isMasked({ field, mask }: SetField): boolean {
  if (mask === undefined) return false;
  const row = fieldByName(field);
  return checkValue(row, mask) !== row.all;
}

/** OFPAT_SET_FIELD with its header, a whole field. */
export function writeSetField(writer: WireWriter, { field, value, length }: SetField, type: number): void {
  const start = writer.length;
  const row = fieldByName(field);
  writer.u16(type);
  writer.u16(0);
  writeOxm(writer, row, row.oxm, checkValue(row, value), undefined, length);
  writer.padFrom(start, 8);
  writer.patchLength(start + 2, start);
}

/** Also the body of NXAST_REG_LOAD2: one field with its value, and maybe a mask. */
export function readSetField(body: WireReader): Action | undefined {
  const oxm = readOxmHeader(body);
  const bytes = oxm.field && valueBytes(oxm.field, oxm);
  if (oxm.field === undefined || bytes === undefined) return undefined;
  const { value, mask } = readOxmValue(body, oxm.field, bytes, oxm.hasMask);
  if (!valueFits(oxm.field, value)) return undefined;
  return {
    kind: 'set_field',
    field: oxm.field.name,
    value,
    ...(mask === undefined ? {} : { mask }),
    ...(oxm.field.variable ? { length: bytes } : {}),
  };
}
