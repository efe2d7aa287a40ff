import { applyDifference, sameValue } from './difference.js';
import { OvsdbError } from './errors.js';
import type { JsonObject } from './json.js';
import type { MonitorReply, MonitorSpec, RowUpdate, TableUpdates } from './monitor.js';
import { columnSchema, tableSchema, type ColumnType, type DatabaseSchema, type TypedSchema } from './schema.js';
import type { AnyRow, Uuid, Value } from './value.js';
import { RowIndex } from './row-index.js';
import { unreachable } from './unreachable.js';
import { decodeValue, defaultValue } from './wire.js';

/** The tables a spec names. */
export type MonitoredTable<Tables, Spec> = keyof Tables & keyof Spec & string;

/** A row with the columns the spec asks for, and its UUID. */
export type MonitoredRow<Tables, Spec, T extends MonitoredTable<Tables, Spec>> = Spec[T] extends readonly (infer C)[]
  ? Pick<Tables[T], (C & keyof Tables[T]) | ('_uuid' & keyof Tables[T])>
  : never;

/** One row that came (`old` absent), changed or went (`new` absent). */
export type RowChange<Tables, Spec> = {
  [T in MonitoredTable<Tables, Spec>]: {
    readonly table: T;
    readonly uuid: Uuid;
    readonly old?: MonitoredRow<Tables, Spec, T>;
    readonly new?: MonitoredRow<Tables, Spec, T>;
  };
}[MonitoredTable<Tables, Spec>];

interface TableState {
  readonly columns: readonly (readonly [string, ColumnType])[];
  readonly rows: Map<Uuid, AnyRow>;
  readonly indexes: ReadonlyMap<string, RowIndex>;
}

/**
 * The monitored part of a database, kept current by the updates it is fed. Rows are immutable: a change makes a new
 * one. Columns that the schema declares unique by themselves (`Bridge.name`, `Port.name`, ...) are indexed.
 */
export class Replica<Tables, const Spec extends MonitorSpec<Tables>> {
  readonly schema: DatabaseSchema;
  readonly spec: Spec;
  readonly #tables: ReadonlyMap<string, TableState>;

  constructor(schema: TypedSchema<Tables>, spec: Spec) {
    this.schema = schema;
    this.spec = spec;
    const wanted = Object.entries(spec as Readonly<Record<string, readonly string[]>>);
    this.#tables = new Map(wanted.map(([table, columns]) => [table, emptyTable(schema, table, columns)]));
  }

  /** The rows of a table by UUID; live, so iterate before awaiting anything. */
  rows<T extends MonitoredTable<Tables, Spec>>(table: T): ReadonlyMap<Uuid, MonitoredRow<Tables, Spec, T>> {
    return this.#table(table).rows as ReadonlyMap<Uuid, unknown> as ReadonlyMap<Uuid, MonitoredRow<Tables, Spec, T>>;
  }

  get<T extends MonitoredTable<Tables, Spec>>(table: T, uuid: Uuid): MonitoredRow<Tables, Spec, T> | undefined {
    return this.rows(table).get(uuid);
  }

  /** A row whose column has the value; constant time for indexed columns, else a scan. */
  find<T extends MonitoredTable<Tables, Spec>, C extends keyof MonitoredRow<Tables, Spec, T> & string>(
    table: T,
    column: C,
    value: MonitoredRow<Tables, Spec, T>[C],
  ): MonitoredRow<Tables, Spec, T> | undefined {
    const index = this.#table(table).indexes.get(column);
    if (index !== undefined) {
      const uuid = index.get(value as Value);
      return uuid === undefined ? undefined : this.get(table, uuid);
    }
    for (const row of this.rows(table).values()) if (sameValue(row[column] as Value, value as Value)) return row;
    return undefined;
  }

  /**
   * Takes over the answer to a monitor request: the changes since the last known transaction, or the whole contents,
   * from which the difference to what is known is computed. Returns what changed; throws `malformed`.
   */
  resync(reply: MonitorReply): readonly RowChange<Tables, Spec>[] {
    if (reply.incremental) return this.apply(reply.updates);
    const gone = [...this.#tables].flatMap(([table, state]) => {
      const present = new Set((reply.updates.get(table) ?? []).map((update) => update.uuid));
      const missing = [...state.rows.keys()].filter((uuid) => !present.has(uuid));
      return missing.map((uuid) => this.#set(table, state, uuid, undefined));
    });
    return [...gone, ...this.apply(reply.updates)] as readonly RowChange<Tables, Spec>[];
  }

  /** Applies an update notification and returns what changed; throws `malformed`. */
  apply(updates: TableUpdates): readonly RowChange<Tables, Spec>[] {
    const changes: object[] = [];
    for (const [table, rows] of updates) {
      const state = this.#tables.get(table);
      // A table nobody asked for: ignored, as columns nobody asked for are.
      if (state === undefined) continue;
      for (const update of rows) {
        const old = state.rows.get(update.uuid);
        const row = nextRow(table, state, old, update);
        if (row !== old) changes.push(this.#set(table, state, update.uuid, row));
      }
    }
    return changes as RowChange<Tables, Spec>[];
  }

  #set(table: string, state: TableState, uuid: Uuid, row: AnyRow | undefined): object {
    const old = state.rows.get(uuid);
    for (const index of state.indexes.values()) index.replace(old, row);
    if (row === undefined) state.rows.delete(uuid);
    else state.rows.set(uuid, row);
    return { table, uuid, ...(old !== undefined && { old }), ...(row !== undefined && { new: row }) };
  }

  #table(table: string): TableState {
    const state = this.#tables.get(table);
    if (state !== undefined) return state;
    throw new OvsdbError('bad value', `read replica of ${this.schema.name}: table ${table} is not monitored`);
  }
}

function emptyTable(schema: DatabaseSchema, table: string, columns: readonly string[]): TableState {
  const wanted = columns.filter((column) => column !== '_uuid');
  const unique = tableSchema(schema, table)
    .indexes.filter((index) => index.length === 1 && wanted.includes(index[0] as string))
    .map(([column]) => column as string);
  return {
    columns: wanted.map((column) => [column, columnSchema(schema, table, column).type]),
    rows: new Map(),
    indexes: new Map(unique.map((column) => [column, new RowIndex(column)])),
  };
}

/** The row after an update: `old` itself if nothing changed, `undefined` if it is gone. */
function nextRow(table: string, state: TableState, old: AnyRow | undefined, update: RowUpdate): AnyRow | undefined {
  switch (update.kind) {
    case 'delete':
      return undefined;
    case 'replace':
      return build(table, state, old, update.uuid, (column, type) =>
        Object.hasOwn(update.row, column) ? decode(table, column, type, update.row) : defaultValue(type),
      );
    case 'modify': {
      if (old === undefined) {
        throw new OvsdbError('malformed', `update replica: table ${table}: a row that is unknown is modified`);
      }
      const before = old as unknown as Readonly<Record<string, Value>>;
      return build(table, state, old, update.uuid, (column, type) =>
        Object.hasOwn(update.difference, column)
          ? applyDifference(type, before[column], decode(table, column, type, update.difference))
          : before[column],
      );
    }
    default:
      return unreachable(update);
  }
}

function build(
  table: string,
  state: TableState,
  old: AnyRow | undefined,
  uuid: Uuid,
  valueOf: (column: string, type: ColumnType) => Value,
): AnyRow {
  const before = old as unknown as Readonly<Record<string, Value>> | undefined;
  let changed = before === undefined;
  const row: Record<string, Value> = { _uuid: uuid };
  for (const [column, type] of state.columns) {
    const value = valueOf(column, type);
    const same = before !== undefined && sameValue(before[column], value);
    row[column] = same ? before[column] : value;
    changed ||= !same;
  }
  return changed ? (row as unknown as AnyRow) : (old as AnyRow);
}

function decode(table: string, column: string, type: ColumnType, row: JsonObject): Value {
  return decodeValue(type, row[column], `${table}.${column}`);
}
