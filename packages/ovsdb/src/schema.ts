import { OvsdbError } from './errors.js';
import { excerpt, isJsonArray, isJsonObject, type Json, type JsonObject } from './json.js';

export type AtomicType = 'integer' | 'real' | 'boolean' | 'string' | 'uuid';

/** The type of a set's elements, a map's keys or a map's values (RFC 7047 `<base-type>`). */
export interface BaseType {
  readonly type: AtomicType;
  readonly enum?: readonly (string | number | boolean)[];
  readonly minInteger?: number;
  readonly maxInteger?: number;
  readonly minReal?: number;
  readonly maxReal?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly refTable?: string;
  readonly refType?: 'strong' | 'weak';
}

/** The type of a column; which shape its values have follows from `kind`. */
export type ColumnType =
  | { readonly kind: 'scalar'; readonly key: BaseType }
  | { readonly kind: 'optional'; readonly key: BaseType }
  | { readonly kind: 'set'; readonly key: BaseType; readonly min: number; readonly max: number }
  | {
      readonly kind: 'map';
      readonly key: BaseType;
      readonly value: BaseType;
      readonly min: number;
      readonly max: number;
    };

export interface ColumnSchema {
  readonly type: ColumnType;
  /** False for a column that is fixed when the row is inserted. */
  readonly mutable: boolean;
  /** True for a column that the server forgets when it restarts. */
  readonly ephemeral: boolean;
}

export interface TableSchema {
  readonly columns: Readonly<Record<string, ColumnSchema>>;
  /** True if rows stay without being referenced. */
  readonly isRoot: boolean;
  /** Groups of columns whose values together are unique. */
  readonly indexes: readonly (readonly string[])[];
}

export interface DatabaseSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: Readonly<Record<string, TableSchema>>;
}

/**
 * A schema together with the TypeScript types of its rows, which exist only for the compiler: `Tables` maps a table's
 * name to its row.
 */
export interface TypedSchema<Tables> extends DatabaseSchema {
  readonly rows?: Tables;
}

/** Columns every table has without declaring them. */
const uuidColumn: ColumnSchema = { type: { kind: 'scalar', key: { type: 'uuid' } }, mutable: false, ephemeral: false };

/** A column's schema; throws `schema mismatch` naming table and column when there is none. */
export function columnSchema(schema: DatabaseSchema, table: string, column: string): ColumnSchema {
  const columns = tableSchema(schema, table).columns;
  if (Object.hasOwn(columns, column)) return columns[column] as ColumnSchema;
  if (column === '_uuid' || column === '_version') return uuidColumn;
  throw mismatch(schema, `table ${table} has no column ${column}`);
}

/** A table's schema; throws `schema mismatch` when there is none. */
export function tableSchema(schema: DatabaseSchema, table: string): TableSchema {
  if (Object.hasOwn(schema.tables, table)) return schema.tables[table] as TableSchema;
  throw mismatch(schema, `there is no table ${table}`);
}

/** Which of the wanted tables and columns a schema lacks, as `Table` or `Table.column`; and columns of another type. */
export function missingFromSchema(
  actual: DatabaseSchema,
  wanted: Readonly<Record<string, readonly string[]>>,
  expected: DatabaseSchema,
): readonly string[] {
  return Object.entries(wanted).flatMap(([table, columns]) => {
    const have = Object.hasOwn(actual.tables, table) ? actual.tables[table] : undefined;
    if (have === undefined) return [table];
    return columns
      .filter((column) => !column.startsWith('_') && !sameShape(have.columns[column], expected, table, column))
      .map((column) => `${table}.${column}`);
  });
}

function sameShape(have: ColumnSchema | undefined, expected: DatabaseSchema, table: string, column: string): boolean {
  if (have === undefined) return false;
  const want = columnSchema(expected, table, column).type;
  return (
    have.type.kind === want.kind && have.type.key.type === want.key.type && valueType(have.type) === valueType(want)
  );
}

function valueType(type: ColumnType): AtomicType | undefined {
  return type.kind === 'map' ? type.value.type : undefined;
}

/** Reads a schema as `get_schema` answers it or a `.ovsschema` file holds it; throws `malformed`. */
export function parseSchema(json: Json): DatabaseSchema {
  const schema = object(json, 'schema');
  const tables = object(schema['tables'], 'tables');
  return {
    name: text(schema['name'], 'name'),
    version: text(schema['version'], 'version'),
    tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, parseTable(table, name)])),
  };
}

function parseTable(json: Json, name: string): TableSchema {
  const table = object(json, name);
  const columns = object(table['columns'], `${name}.columns`);
  return {
    isRoot: table['isRoot'] === true,
    indexes: parseIndexes(table['indexes']),
    columns: Object.fromEntries(
      Object.entries(columns).map(([column, value]) => [column, parseColumn(value, `${name}.${column}`)]),
    ),
  };
}

function parseIndexes(json: Json | undefined): readonly (readonly string[])[] {
  if (!isJsonArray(json)) return [];
  return json.filter(isJsonArray).map((index) => index.filter((column) => typeof column === 'string'));
}

function parseColumn(json: Json, where: string): ColumnSchema {
  const column = object(json, where);
  return {
    type: parseColumnType(column['type'], where),
    mutable: column['mutable'] !== false,
    ephemeral: column['ephemeral'] === true,
  };
}

function parseColumnType(json: Json | undefined, where: string): ColumnType {
  if (typeof json === 'string') return { kind: 'scalar', key: parseBaseType(json, where) };
  const type = object(json, where);
  const key = parseBaseType(type['key'], where);
  const min = type['min'] === undefined ? 1 : count(type['min'], where);
  const max = type['max'] === undefined ? 1 : type['max'] === 'unlimited' ? Infinity : count(type['max'], where);
  if (type['value'] !== undefined) return { kind: 'map', key, value: parseBaseType(type['value'], where), min, max };
  if (max > 1) return { kind: 'set', key, min, max };
  return { kind: min === 0 ? 'optional' : 'scalar', key };
}

const atomicTypes: readonly AtomicType[] = ['integer', 'real', 'boolean', 'string', 'uuid'];
const numberLimits = ['minInteger', 'maxInteger', 'minReal', 'maxReal', 'minLength', 'maxLength'] as const;

function parseBaseType(json: Json | undefined, where: string): BaseType {
  const base = typeof json === 'string' ? { type: json } : object(json, where);
  const type = atomicTypes.find((name) => name === base['type']);
  if (type === undefined) throw malformed(where, 'an atomic type', base['type']);
  const values = parseEnum(base['enum']);
  const limits = numberLimits.filter((name) => typeof base[name] === 'number').map((name) => [name, base[name]]);
  return {
    type,
    ...(values !== undefined && { enum: values }),
    ...(Object.fromEntries(limits) as Partial<BaseType>),
    ...(typeof base['refTable'] === 'string' && {
      refTable: base['refTable'],
      refType: base['refType'] === 'weak' ? 'weak' : 'strong',
    }),
  };
}

function parseEnum(json: Json | undefined): readonly (string | number | boolean)[] | undefined {
  if (json === undefined) return undefined;
  const elements = isJsonArray(json) && json[0] === 'set' && isJsonArray(json[1]) ? json[1] : [json];
  return elements.filter((element) => typeof element !== 'object');
}

function object(json: Json | undefined, where: string): JsonObject {
  if (isJsonObject(json)) return json;
  throw malformed(where, 'an object', json);
}

function text(json: Json | undefined, where: string): string {
  if (typeof json === 'string') return json;
  throw malformed(where, 'a string', json);
}

function count(json: Json | undefined, where: string): number {
  if (typeof json === 'number' && Number.isInteger(json) && json >= 0) return json;
  throw malformed(where, 'a count', json);
}

function malformed(where: string, expected: string, json: Json | undefined): OvsdbError {
  return new OvsdbError('malformed', `read schema: ${where}: ${excerpt(json)} is not ${expected}`);
}

function mismatch(schema: DatabaseSchema, what: string): OvsdbError {
  return new OvsdbError('schema mismatch', `database ${schema.name} (schema ${schema.version}): ${what}`);
}
