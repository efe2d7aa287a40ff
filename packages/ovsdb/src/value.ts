declare const uuidBrand: unique symbol;

/** A row's UUID, in the usual text form. */
export type Uuid = string & { readonly [uuidBrand]: true };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const zeroUuid = '00000000-0000-0000-0000-000000000000' as Uuid;

export function isUuid(text: string): text is Uuid {
  return UUID.test(text);
}

/** A row that the same transaction inserts, before it has a UUID (`named-uuid` on the wire). */
export interface NamedUuid {
  readonly kind: 'named-uuid';
  readonly name: string;
}

/** One value of an atomic type; a UUID is a string. Integers beyond 2^53 lose their last digits. */
export type Atom = number | boolean | string;

/**
 * A column's value: an atom, `undefined` for an empty optional (`min` 0, `max` 1), an array for a set, a `Map` for a
 * map. Integers and reals are numbers, UUIDs are `Uuid`.
 */
export type Value = Atom | undefined | readonly Atom[] | ReadonlyMap<Atom, Atom>;

/** What may be written where a `Value` is read: the same, with rows of the same transaction in place of UUIDs. */
export type InputAtom = Atom | NamedUuid;
export type InputValue = InputAtom | undefined | readonly InputAtom[] | ReadonlyMap<InputAtom, InputAtom>;

/** The input form of a column's type. */
export type Input<V> = V extends Uuid
  ? Uuid | NamedUuid
  : V extends readonly (infer E)[]
    ? readonly Input<E>[]
    : V extends ReadonlyMap<infer K, infer E>
      ? ReadonlyMap<Input<K>, Input<E>>
      : V;

/** A row as this package gives it out; immutable. */
export type AnyRow = { readonly _uuid: Uuid };

/** What is given for a row in an insert or update: columns left out keep their value (or default). */
export type RowInput<R> = { readonly [C in Exclude<keyof R, '_uuid' | '_version'>]?: Input<R[C]> | undefined };
