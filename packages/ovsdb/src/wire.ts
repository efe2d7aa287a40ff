import { OvsdbError } from './errors.js';
import { excerpt, isJsonArray, type Json } from './json.js';
import type { BaseType, ColumnType } from './schema.js';
import { unreachable } from './unreachable.js';
import { isUuid, zeroUuid, type Atom, type InputAtom, type InputValue, type Value } from './value.js';

/**
 * Reads a value of a column (RFC 7047 section 5.1 `<value>`). `where` names it in errors, e.g. `Port.tag`. A set of
 * one element may stand without its brackets. Throws `malformed`.
 */
export function decodeValue(type: ColumnType, json: Json | undefined, where: string): Value {
  switch (type.kind) {
    case 'scalar': {
      const atoms = decodeSet(type.key, json, where);
      if (atoms.length !== 1) throw malformed(where, 'one value', json);
      return atoms[0];
    }
    case 'optional': {
      const atoms = decodeSet(type.key, json, where);
      if (atoms.length > 1) throw malformed(where, 'at most one value', json);
      return atoms[0];
    }
    case 'set':
      return decodeSet(type.key, json, where);
    case 'map':
      return decodeMap(type.key, type.value, json, where);
    default:
      return unreachable(type);
  }
}

/** Reads a `<set>` as its elements, or a lone `<atom>` as one element. */
export function decodeSet(base: BaseType, json: Json | undefined, where: string): readonly Atom[] {
  if (!isJsonArray(json) || json[0] !== 'set') return [decodeAtom(base, json, where)];
  const elements = json[1];
  if (json.length !== 2 || !isJsonArray(elements)) throw malformed(where, 'a set', json);
  return elements.map((element) => decodeAtom(base, element, where));
}

function decodeMap(key: BaseType, value: BaseType, json: Json | undefined, where: string): ReadonlyMap<Atom, Atom> {
  const pairs = isJsonArray(json) && json.length === 2 && json[0] === 'map' ? json[1] : undefined;
  if (!isJsonArray(pairs)) throw malformed(where, 'a map', json);
  const map = new Map<Atom, Atom>();
  for (const pair of pairs) {
    if (!isJsonArray(pair) || pair.length !== 2) throw malformed(where, 'a key and a value', pair);
    map.set(decodeAtom(key, pair[0], where), decodeAtom(value, pair[1], where));
  }
  return map;
}

function decodeAtom(base: BaseType, json: Json | undefined, where: string): Atom {
  switch (base.type) {
    case 'integer':
      if (typeof json === 'number' && Number.isInteger(json)) return json;
      break;
    case 'real':
      if (typeof json === 'number') return json;
      break;
    case 'boolean':
      if (typeof json === 'boolean') return json;
      break;
    case 'string':
      if (typeof json === 'string') return json;
      break;
    case 'uuid':
      if (isJsonArray(json) && json.length === 2 && json[0] === 'uuid') {
        const text = json[1];
        if (typeof text === 'string' && isUuid(text)) return text;
      }
      break;
  }
  throw malformed(where, `of type ${base.type}`, json);
}

/** Writes a column's value. Throws `bad value` when it does not fit the type, its limits or its enumeration. */
export function encodeValue(type: ColumnType, value: InputValue, where: string): Json {
  if (type.kind === 'map') {
    if (!isMap(value)) throw bad(where, 'is not a map');
    return encodeMap(type.key, type.value, value, where);
  }
  if (type.kind === 'scalar') {
    if (value === undefined || isArray(value) || isMap(value)) throw bad(where, 'is not one value');
    return encodeAtom(type.key, value, where);
  }
  if (isMap(value)) throw bad(where, 'is a map');
  const atoms = value === undefined ? [] : isArray(value) ? value : [value];
  const { min, max } = type.kind === 'set' ? type : { min: 0, max: 1 };
  if (atoms.length < min || atoms.length > max) throw bad(where, `has ${atoms.length} elements, not ${min} to ${max}`);
  return encodeSet(type.key, atoms, where);
}

/** Writes a `<set>`; without regard to how many elements a column of that type may have, as mutations need it. */
export function encodeSet(base: BaseType, atoms: readonly InputAtom[], where: string): Json {
  return ['set', atoms.map((atom) => encodeAtom(base, atom, where))];
}

/** Writes a `<map>`. */
export function encodeMap(key: BaseType, value: BaseType, map: ReadonlyMap<InputAtom, InputAtom>, where: string): Json {
  return ['map', [...map].map(([k, v]) => [encodeAtom(key, k, where), encodeAtom(value, v, where)])];
}

export function encodeAtom(base: BaseType, atom: InputAtom, where: string): Json {
  if (typeof atom === 'object') {
    if (base.type !== 'uuid') throw bad(where, `is a row, not of type ${base.type}`);
    return ['named-uuid', atom.name];
  }
  const problem = whyUnfit(base, atom);
  if (problem !== undefined) throw bad(where, problem);
  return base.type === 'uuid' ? ['uuid', atom] : atom;
}

function whyUnfit(base: BaseType, atom: Atom): string | undefined {
  if (base.enum !== undefined && !base.enum.includes(atom)) return `is none of ${base.enum.join(', ')}`;
  switch (base.type) {
    case 'integer':
      if (typeof atom !== 'number' || !Number.isSafeInteger(atom)) return 'is not an integer';
      return outside(atom, base.minInteger, base.maxInteger);
    case 'real':
      if (typeof atom !== 'number' || !Number.isFinite(atom)) return 'is not a number';
      return outside(atom, base.minReal, base.maxReal);
    case 'boolean':
      return typeof atom === 'boolean' ? undefined : 'is not a boolean';
    case 'string':
      if (typeof atom !== 'string') return 'is not a string';
      // The server refuses NUL, and its answer would not name the column.
      return atom.includes('\0') ? 'contains a NUL character' : outside(atom.length, base.minLength, base.maxLength);
    case 'uuid':
      return typeof atom === 'string' && isUuid(atom) ? undefined : 'is not a UUID';
    default:
      return unreachable(base.type);
  }
}

function outside(value: number, min = -Infinity, max = Infinity): string | undefined {
  return value >= min && value <= max ? undefined : `is not in the range ${min} to ${max}`;
}

/** The value a column has when nobody set it (RFC 7047 section 5.2.1). */
export function defaultValue(type: ColumnType): Value {
  switch (type.kind) {
    case 'scalar':
      return defaultAtom(type.key);
    case 'optional':
      return undefined;
    case 'set':
      return type.min > 0 ? [defaultAtom(type.key)] : [];
    case 'map':
      return type.min > 0 ? new Map([[defaultAtom(type.key), defaultAtom(type.value)]]) : new Map<Atom, Atom>();
    default:
      return unreachable(type);
  }
}

function defaultAtom(base: BaseType): Atom {
  switch (base.type) {
    case 'integer':
    case 'real':
      return 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    case 'uuid':
      return zeroUuid;
    default:
      return unreachable(base.type);
  }
}

function isMap(value: InputValue): value is ReadonlyMap<InputAtom, InputAtom> {
  return value instanceof Map;
}

function isArray(value: InputValue): value is readonly InputAtom[] {
  return Array.isArray(value);
}

/** What was read is named by its column only: a value may be a secret. */
function malformed(where: string, expected: string, json: Json | undefined): OvsdbError {
  const details = typeof json === 'object' ? typeof json : excerpt(json);
  return new OvsdbError('malformed', `read ${where}: a value that is not ${expected}`, { details });
}

function bad(where: string, problem: string): OvsdbError {
  return new OvsdbError('bad value', `write ${where}: the value ${problem}`);
}
