import type { Json } from '../object.js';
import { wireFields, WireError } from './wire.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new WireError('a text is not UTF-8');
  }
}

export function integerOf(value: bigint): number {
  const number = Number(BigInt.asIntN(64, value));
  if (!Number.isSafeInteger(number)) throw new WireError(`the number ${BigInt.asIntN(64, value)} is too large`);
  return number;
}

/** Types whose JSON form is not an object of their fields. Undefined: as if the field were absent. */
export const wellKnown: Readonly<Record<string, (bytes: Uint8Array) => Json | undefined>> = {
  time: (bytes) => timeOf(bytes, (date) => `${date.toISOString().slice(0, 19)}Z`),
  microtime: (bytes) => timeOf(bytes, (date, micros) => `${date.toISOString().slice(0, 19)}.${micros}Z`),
  quantity: (bytes) => fieldOf(bytes, 1) ?? '0',
  intorstring: intOrStringOf,
  raw: (bytes) => jsonIn(bytes),
  rawfields: (bytes) => jsonIn(bytes),
  strings: (bytes) => [...wireFields(bytes)].flatMap((field) => (field.kind === 'bytes' ? textOf(field.value) : [])),
};

/** A scalar of a small message that has no more than scalars. */
function fieldOf(bytes: Uint8Array, number: number): string | number | undefined {
  let found: string | number | undefined;
  for (const field of wireFields(bytes)) {
    if (field.number !== number) continue;
    if (field.kind === 'bytes') found = textOf(field.value);
    else if (field.kind === 'varint') found = integerOf(field.value);
  }
  return found;
}

const microsPerNano = 1000;

function timeOf(bytes: Uint8Array, print: (date: Date, micros: string) => string): string | undefined {
  // The zero time is an empty message, and stands for none.
  if (bytes.length === 0) return undefined;
  const seconds = Number(fieldOf(bytes, 1) ?? 0);
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new WireError(`there is no time ${seconds}`);
  const micros = Math.floor(Number(fieldOf(bytes, 2) ?? 0) / microsPerNano);
  return print(date, String(micros).padStart(6, '0'));
}

const stringType = 1;

function intOrStringOf(bytes: Uint8Array): number | string {
  return fieldOf(bytes, 1) === stringType ? (fieldOf(bytes, 3) ?? '') : (fieldOf(bytes, 2) ?? 0);
}

function jsonIn(bytes: Uint8Array): Json | undefined {
  for (const field of wireFields(bytes)) {
    if (field.number !== 1 || field.kind !== 'bytes' || field.value.length === 0) continue;
    const text = textOf(field.value);
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw new WireError('what is kept as JSON is not JSON');
    }
  }
  return undefined;
}
