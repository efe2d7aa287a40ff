import type { Json, JsonObject } from '../object.js';
import { messageTable, type FieldType, type Message, type MessageField } from './message-table.js';
import { integerOf, textOf, wellKnown } from './well-known.js';
import { packedVarints, wireFields, WireError, type WireField } from './wire.js';

/** Deeper than anything Kubernetes has. */
const maxDepth = 40;

/**
 * Reads a message as the JSON object that it stands for. Fields that the table does not have are left out, as a server
 * that is older than its client does. Throws `WireError`.
 */
export function decodeMessage(name: string, bytes: Uint8Array): JsonObject {
  return decode(messageNamed(name), bytes, 0);
}

function messageNamed(name: string): Message {
  const message = messageTable().get(name);
  if (!message) throw new Error(`there is no table of the message ${name}`);
  return message;
}

/** Fields as they come; a map is kept as such until it is whole. */
type Entries = Map<string, Json | Map<string, Json>>;

function decode(message: Message, bytes: Uint8Array, depth: number): JsonObject {
  if (depth > maxDepth) throw new WireError('messages are nested too deep');
  const entries: Entries = new Map();
  for (const wire of wireFields(bytes)) {
    const field = message.get(wire.number);
    if (field) take(entries, field, wire, depth);
  }
  const fields = [...entries].map(
    ([key, value]) => [key, value instanceof Map ? Object.fromEntries(value) : value] as const,
  );
  // Not by assignment: a key may be called `__proto__`.
  return Object.fromEntries(fields);
}

function take(entries: Entries, { name, type }: MessageField, wire: WireField, depth: number): void {
  if (type.isInline) {
    const inner = valueOf(type, wire, depth) as JsonObject;
    for (const [key, value] of Object.entries(inner)) entries.set(key, value);
  } else if (type.label === 'list') {
    const list = (entries.get(name) ?? []) as Json[];
    list.push(...itemsOf(type, wire, depth));
    entries.set(name, list);
  } else if (type.label === 'map') {
    const map = (entries.get(name) ?? new Map()) as Map<string, Json>;
    entries.set(name, map.set(...entryOf(type, wire, depth)));
  } else {
    const value = valueOf(type, wire, depth);
    // What is not a pointer is always written; JSON leaves it out where it is zero.
    if (value === undefined || (!type.isPointer && isZero(value))) entries.delete(name);
    else entries.set(name, value);
  }
}

function isZero(value: Json): boolean {
  return value === '' || value === 0 || value === false;
}

function itemsOf(type: FieldType, wire: WireField, depth: number): Json[] {
  if (type.name === 'int' && wire.kind === 'bytes') return [...packedVarints(wire.value)].map(integerOf);
  return [valueOf(type, wire, depth) ?? null];
}

function entryOf(type: FieldType, wire: WireField, depth: number): [string, Json] {
  if (wire.kind !== 'bytes') throw new WireError('an entry of a map is not a message');
  let key = '';
  let value: Json | undefined;
  for (const part of wireFields(wire.value)) {
    if (part.number === 1 && part.kind === 'bytes') key = textOf(part.value);
    else if (part.number === 2) value = valueOf(type, part, depth);
  }
  return [key, value ?? (type.name === 'string' || type.name === 'bytes' ? '' : null)];
}

function valueOf(type: FieldType, wire: WireField, depth: number): Json | undefined {
  switch (type.name) {
    case 'int':
      return integerOf(numberIn(wire));
    case 'bool':
      return numberIn(wire) !== 0n;
    case 'string':
      return textOf(bytesIn(wire));
    case 'bytes':
      return Buffer.from(bytesIn(wire)).toString('base64');
  }
  const special = wellKnown[type.name];
  return special ? special(bytesIn(wire)) : decode(messageNamed(type.name), bytesIn(wire), depth + 1);
}

function numberIn(wire: WireField): bigint {
  if (wire.kind === 'varint') return wire.value;
  throw new WireError(`field ${wire.number} is not a number`);
}

function bytesIn(wire: WireField): Uint8Array {
  if (wire.kind === 'bytes') return wire.value;
  throw new WireError(`field ${wire.number} has no length`);
}
