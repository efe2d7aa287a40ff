// The generator is a user of the package, so it takes it by its name, as built.
// eslint-disable-next-line @nx/enforce-module-boundaries
import type { BaseType, ColumnType, DatabaseSchema } from '@antrea-ts/ovsdb';

/**
 * The TypeScript module of a database schema: one interface per table, a map from table names to them, and the
 * schema itself as a value. `source` is named in its first lines.
 */
export function renderSchemaModule(schema: DatabaseSchema, source: string): string {
  const tables = Object.keys(schema.tables);
  const prefix = pascalCase(schema.name);
  return [
    `// Generated from ${source} by \`npm run codegen\`. Do not edit.`,
    `import type { TypedSchema } from '../schema.js';`,
    `import type { Uuid } from '../value.js';`,
    '',
    ...tables.map((table) => renderRow(schema, table)),
    `/** The rows of database ${schema.name}, by table. */`,
    `export interface ${prefix}Tables {`,
    ...tables.map((table) => `  readonly ${table}: ${rowName(table)};`),
    '}',
    '',
    `/** Database ${schema.name}, schema version ${schema.version}. */`,
    `export const ${prefix[0]?.toLowerCase()}${prefix.slice(1)}Schema: TypedSchema<${prefix}Tables> = ${renderValue(schema)};`,
    '',
  ].join('\n');
}

function renderRow(schema: DatabaseSchema, table: string): string {
  const columns = Object.entries(schema.tables[table]?.columns ?? {});
  return [
    `/** A row of table ${table}. */`,
    `export interface ${rowName(table)} {`,
    '  readonly _uuid: Uuid;',
    ...columns.map(([name, column]) => `  readonly ${name}: ${typeOf(column.type)};`),
    '}',
    '',
  ].join('\n');
}

function rowName(table: string): string {
  return `${pascalCase(table)}Row`;
}

function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('');
}

function typeOf(type: ColumnType): string {
  switch (type.kind) {
    case 'scalar':
      return atomOf(type.key);
    case 'optional':
      return `${atomOf(type.key)} | undefined`;
    case 'set':
      return type.key.enum === undefined ? `readonly ${atomOf(type.key)}[]` : `readonly (${atomOf(type.key)})[]`;
    case 'map':
      return `ReadonlyMap<${atomOf(type.key)}, ${atomOf(type.value)}>`;
    default:
      throw new TypeError(`unexpected type ${JSON.stringify(type satisfies never)}`);
  }
}

function atomOf(base: BaseType): string {
  if (base.enum !== undefined) return base.enum.map(quote).join(' | ');
  switch (base.type) {
    case 'integer':
    case 'real':
      return 'number';
    case 'uuid':
      return 'Uuid';
    case 'boolean':
    case 'string':
      return base.type;
    default:
      throw new TypeError(`unexpected type ${base.type satisfies never}`);
  }
}

/** A value as source text: one line per column, bare keys. */
function renderValue(value: unknown, depth = 0): string {
  if (Array.isArray(value)) return `[${value.map((element) => renderValue(element, depth)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return quote(value);
  const entries = Object.entries(value).map(([name, member]) => `${name}: ${renderValue(member, depth + 1)}`);
  if (depth >= 4) return `{ ${entries.join(', ')} }`;
  const indent = '  '.repeat(depth + 1);
  return `{\n${entries.map((entry) => `${indent}${entry},\n`).join('')}${'  '.repeat(depth)}}`;
}

function quote(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return String(value);
}
