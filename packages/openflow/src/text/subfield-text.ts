import { OpenflowError } from '../errors.js';
import { fieldByName } from '../fields/registry.js';
import type { SubField } from '../model/field.js';

/** `NXM_NX_REG0[]`, `NXM_NX_REG0[19]`, `NXM_NX_REG0[0..3]`. */
export function formatSubField({ field, offset, bits }: SubField): string {
  const row = fieldByName(field);
  if (offset === 0 && bits === row.bits) return `${row.wireName}[]`;
  return bits === 1 ? `${row.wireName}[${offset}]` : `${row.wireName}[${offset}..${offset + bits - 1}]`;
}

const pattern = /^([A-Za-z]\w*)(?:\[(?:(\d+)(?:\.\.(\d+))?)?\])?$/;

/** Whether the text has the brackets of a sub-field. */
export function looksLikeSubField(text: string): boolean {
  return text.endsWith(']') && pattern.test(text);
}

/** Reads a sub-field; brackets may be missing for a whole field. Throws `text_syntax`, `unknown_field`. */
export function parseSubField(text: string): SubField {
  const match = pattern.exec(text);
  if (match === null) throw new OpenflowError('text_syntax', `parse sub-field ${text}`);
  const row = fieldByName(match[1]!);
  const first = match[2] === undefined ? 0 : Number(match[2]);
  const last = match[3] === undefined ? (match[2] === undefined ? row.bits - 1 : first) : Number(match[3]);
  if (last < first || last >= row.bits)
    throw new OpenflowError('text_syntax', `parse sub-field ${text}: bits outside the field`);
  return { field: row.name, offset: first, bits: last - first + 1 };
}
