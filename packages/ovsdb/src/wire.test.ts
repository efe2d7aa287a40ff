import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOvsdbError } from './errors.js';
import type { Json } from './json.js';
import type { BaseType, ColumnType } from './schema.js';
import type { Atom, InputValue, Value } from './value.js';
import { decodeValue, defaultValue, encodeValue } from './wire.js';

const atoms: Record<BaseType['type'], fc.Arbitrary<Atom>> = {
  integer: fc.maxSafeInteger(),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  boolean: fc.boolean(),
  string: fc.string({ unit: 'grapheme' }),
  uuid: fc.uuid(),
};
const base = fc.constantFrom<BaseType['type']>('integer', 'real', 'boolean', 'string', 'uuid');

/** A column type with a value of it. */
const typed: fc.Arbitrary<{ type: ColumnType; value: Value }> = fc.oneof(
  base.chain((type) => atoms[type].map((value) => ({ type: { kind: 'scalar', key: { type } } as const, value }))),
  base.chain((type) =>
    fc.option(atoms[type], { nil: undefined }).map((value) => ({
      type: { kind: 'optional', key: { type } } as const,
      value,
    })),
  ),
  base.chain((type) =>
    fc.uniqueArray(atoms[type]).map((value) => ({
      type: { kind: 'set', key: { type }, min: 0, max: Infinity } as const,
      value,
    })),
  ),
  fc.tuple(base, base).chain(([key, value]) =>
    fc.uniqueArray(fc.tuple(atoms[key], atoms[value]), { selector: ([k]) => k }).map((pairs) => ({
      type: { kind: 'map', key: { type: key }, value: { type: value }, min: 0, max: Infinity } as const,
      value: new Map(pairs),
    })),
  ),
);

const overWire = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json;
const string: BaseType = { type: 'string' };

test('any value survives the wire', () => {
  fc.assert(
    fc.property(typed, ({ type, value }) => {
      const decoded = decodeValue(type, overWire(encodeValue(type, value, 'T.c')), 'T.c');
      expect(decoded).toEqual(value);
    }),
  );
});

test('any JSON is a value of the type or a typed error', () => {
  fc.assert(
    fc.property(typed, fc.jsonValue(), ({ type }, json) => {
      try {
        decodeValue(type, json as Json, 'T.c');
      } catch (error) {
        expect(isOvsdbError(error, 'malformed')).toBe(true);
      }
    }),
  );
});

test.each<[string, ColumnType, Json, Value]>([
  ['a lone atom as a set', { kind: 'set', key: string, min: 0, max: 9 }, 'a', ['a']],
  ['an empty optional', { kind: 'optional', key: string }, ['set', []], undefined],
  ['a full optional', { kind: 'optional', key: string }, 'a', 'a'],
  ['a scalar in brackets', { kind: 'scalar', key: string }, ['set', ['a']], 'a'],
  ['a map', { kind: 'map', key: string, value: string, min: 0, max: 9 }, ['map', [['a', 'b']]], new Map([['a', 'b']])],
])('reads %s', (_, type, json, value) => {
  expect(decodeValue(type, json, 'T.c')).toEqual(value);
});

const integer = (min: number, max: number): ColumnType => ({
  kind: 'optional',
  key: { type: 'integer', minInteger: min, maxInteger: max },
});

describe('what does not fit is refused by name', () => {
  test.each<[string, ColumnType, unknown]>([
    ['below the range', integer(1, 5), 0],
    ['above the range', integer(1, 5), 6],
    ['a fraction', integer(1, 5), 1.5],
    ['beyond 2^53', { kind: 'scalar', key: { type: 'integer' } }, 2 ** 60],
    ['not of the enumeration', { kind: 'scalar', key: { type: 'string', enum: ['a', 'b'] } }, 'c'],
    ['a string for a number', integer(1, 5), '1'],
    ['no UUID', { kind: 'scalar', key: { type: 'uuid' } }, 'x'],
    ['a NUL character', { kind: 'scalar', key: string }, 'a\0b'],
    ['too many', { kind: 'set', key: string, min: 0, max: 1 }, ['a', 'b']],
    ['too few', { kind: 'set', key: string, min: 1, max: 2 }, []],
    ['an array for a map', { kind: 'map', key: string, value: string, min: 0, max: 1 }, ['a']],
    ['nothing for a scalar', { kind: 'scalar', key: string }, undefined],
    ['a row for a string', { kind: 'scalar', key: string }, { kind: 'named-uuid', name: 'row0' }],
  ])('%s', (_, type, value) => {
    const write = () => encodeValue(type, value as InputValue, 'Table.column');
    expect(write).toThrow(
      expect.objectContaining({ code: 'bad value', message: expect.stringContaining('Table.column') }),
    );
  });
});

test('an error about a value that was read does not repeat structured values, which may hold secrets', () => {
  const type: ColumnType = { kind: 'map', key: string, value: { type: 'integer' }, min: 0, max: 9 };
  const read = () => decodeValue(type, ['map', [['psk', ['secret']]]], 'Interface.options');
  expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
});

test.each<[ColumnType, Value]>([
  [{ kind: 'scalar', key: { type: 'integer' } }, 0],
  [{ kind: 'scalar', key: { type: 'boolean' } }, false],
  [{ kind: 'scalar', key: string }, ''],
  [{ kind: 'optional', key: string }, undefined],
  [{ kind: 'set', key: string, min: 0, max: 9 }, []],
  [{ kind: 'map', key: string, value: string, min: 0, max: 9 }, new Map()],
])('the default of %o', (type, value) => {
  expect(defaultValue(type)).toEqual(value);
});
