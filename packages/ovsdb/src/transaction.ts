import { OvsdbError } from './errors.js';
import type { Json, JsonObject } from './json.js';
import type { ConditionFunction, Mutator, Operation } from './operation.js';
import { columnSchema, tableSchema, type ColumnType, type DatabaseSchema, type TypedSchema } from './schema.js';
import { TransactionResult } from './transaction-result.js';
import type { Input, InputAtom, InputValue, NamedUuid, RowInput } from './value.js';
import { encodeMap, encodeSet, encodeValue } from './wire.js';

type ColumnOf<R> = keyof R & string;

/** `[column, function, value]`; all conditions of a clause must hold. */
export type Condition<R> = { [C in ColumnOf<R>]: readonly [C, ConditionFunction, Input<R[C]>] }[ColumnOf<R>];

type MutationValue<V> =
  V extends ReadonlyMap<infer K, infer E>
    ? readonly ['insert', ReadonlyMap<Input<K>, Input<E>>] | readonly ['delete', ReadonlyMap<K, E> | readonly K[]]
    : V extends readonly (infer E)[]
      ? readonly ['insert' | 'delete', readonly Input<E>[]]
      : V extends number
        ? readonly ['+=' | '-=' | '*=' | '/=' | '%=', number]
        : never;

/** `[column, mutator, value]`; deleting from a map takes keys, or pairs that must match in key and value. */
export type Mutation<R> = {
  [C in ColumnOf<R>]: readonly [C, ...MutationValue<R[C]>];
}[ColumnOf<R>];

/** Where the rows of a `select` are found in the result. */
export interface Selection<Row> {
  readonly kind: 'selection';
  readonly index: number;
  readonly table: string;
  readonly columns: readonly string[];
  readonly row?: Row;
}

/** Where the number of rows that an operation touched is found in the result. */
export interface Touched {
  readonly kind: 'touched';
  readonly index: number;
}

/**
 * Collects the operations of one transaction, checked against the schema as they are added (throws `bad value` or
 * `schema mismatch`). `operations` go into a `transact` request, `parseResult` reads its answer.
 */
export class Transaction<Tables> {
  readonly #schema: DatabaseSchema;
  readonly #operations: Operation[] = [];
  readonly #inserts = new Map<string, number>();

  constructor(schema: TypedSchema<Tables>) {
    this.#schema = schema;
  }

  get database(): string {
    return this.#schema.name;
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Inserts a row and returns its name, to be used as a reference by the other operations of the transaction. */
  insert<T extends keyof Tables & string>(table: T, row: RowInput<Tables[T]>): NamedUuid {
    const name = `row${this.#operations.length}`;
    const index = this.#add({ op: 'insert', table, row: this.#row(table, row), 'uuid-name': name });
    this.#inserts.set(name, index);
    return { kind: 'named-uuid', name };
  }

  select<T extends keyof Tables & string, const C extends readonly ColumnOf<Tables[T]>[]>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    columns: C,
  ): Selection<Pick<Tables[T], C[number]>> {
    for (const column of columns) columnSchema(this.#schema, table, column);
    const index = this.#add({ op: 'select', table, where: this.#where(table, where), columns });
    return { kind: 'selection', index, table, columns };
  }

  /** Overwrites the given columns of the rows that match; a column given as `undefined` becomes empty. */
  update<T extends keyof Tables & string>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    row: RowInput<Tables[T]>,
  ): Touched {
    return this.#touched({ op: 'update', table, where: this.#where(table, where), row: this.#row(table, row) });
  }

  mutate<T extends keyof Tables & string>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    mutations: readonly Mutation<Tables[T]>[],
  ): Touched {
    const wire = (mutations as readonly unknown[] as readonly (readonly [string, Mutator, InputValue])[]).map(
      ([column, mutator, value]) => [column, mutator, this.#mutationValue(table, column, mutator, value)] as const,
    );
    return this.#touched({ op: 'mutate', table, where: this.#where(table, where), mutations: wire });
  }

  delete<T extends keyof Tables & string>(table: T, where: readonly Condition<Tables[T]>[]): Touched {
    return this.#touched({ op: 'delete', table, where: this.#where(table, where) });
  }

  /**
   * Lets the transaction fail with `timed out` unless, within `timeoutMs`, the rows that match have (`==`) or do not
   * have (`!=`) exactly these values. Zero checks once.
   */
  wait<T extends keyof Tables & string>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    until: '==' | '!=',
    rows: readonly RowInput<Tables[T]>[],
    options: { readonly columns: readonly ColumnOf<Tables[T]>[]; readonly timeoutMs: number },
  ): void {
    this.#add({
      op: 'wait',
      table,
      where: this.#where(table, where),
      columns: options.columns,
      until,
      rows: rows.map((row) => this.#row(table, row)),
      timeout: options.timeoutMs,
    });
  }

  /** A remark in the server's log file. */
  comment(comment: string): void {
    this.#add({ op: 'comment', comment });
  }

  /** Lets the transaction fail with `not owner` unless this session holds the lock. */
  assert(lock: string): void {
    this.#add({ op: 'assert', lock });
  }

  /** Lets the transaction fail with `aborted`; the results of operations before it are checked but not kept. */
  abort(): void {
    this.#add({ op: 'abort' });
  }

  /** Asks for the answer only after the changes are on disk. */
  commit(options: { readonly durable: boolean }): void {
    this.#add({ op: 'commit', durable: options.durable });
  }

  /** Reads the answer to the request; throws the error of the operation that failed. */
  parseResult(json: Json): TransactionResult {
    return new TransactionResult(this.#schema, this.#operations, this.#inserts, json);
  }

  #add(operation: Operation): number {
    return this.#operations.push(operation) - 1;
  }

  #touched(operation: Operation): Touched {
    return { kind: 'touched', index: this.#add(operation) };
  }

  #row(table: string, row: object): JsonObject {
    const columns = Object.entries(row) as [string, InputValue][];
    tableSchema(this.#schema, table);
    return Object.fromEntries(
      columns.map(([column, value]) => [column, encodeValue(this.#type(table, column), value, `${table}.${column}`)]),
    );
  }

  #where(table: string, where: readonly unknown[]): readonly [string, ConditionFunction, Json][] {
    return (where as readonly (readonly [string, ConditionFunction, InputValue])[]).map(([column, test, value]) => {
      const type = this.#type(table, column);
      const partial = test === 'includes' || test === 'excludes';
      const where = `${table}.${column}`;
      return [column, test, partial ? encodePart(type, value, where) : encodeValue(type, value, where)];
    });
  }

  #mutationValue(table: string, column: string, mutator: Mutator, value: InputValue): Json {
    const { type, mutable } = columnSchema(this.#schema, table, column);
    const where = `${table}.${column}`;
    if (!mutable) throw new OvsdbError('bad value', `mutate ${where}: the column is fixed when its row is inserted`);
    if (mutator === 'insert' || mutator === 'delete') return encodePart(type, value, where);
    if (typeof value !== 'number') throw new OvsdbError('bad value', `mutate ${where}: ${mutator} needs a number`);
    return value;
  }

  #type(table: string, column: string): ColumnType {
    return columnSchema(this.#schema, table, column).type;
  }
}

/** Writes part of a set or map: any number of elements, and for a map also keys alone. */
function encodePart(type: ColumnType, value: InputValue, where: string): Json {
  if (type.kind === 'map' && value instanceof Map) return encodeMap(type.key, type.value, value, where);
  const atoms = (value === undefined ? [] : Array.isArray(value) ? value : [value]) as readonly InputAtom[];
  return encodeSet(type.key, atoms, where);
}
