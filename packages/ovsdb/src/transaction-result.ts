import { OvsdbError, parseServerError } from './errors.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json.js';
import { describeOperation, type Operation } from './operation.js';
import { columnSchema, type DatabaseSchema } from './schema.js';
import type { Selection, Touched } from './transaction.js';
import type { NamedUuid, Uuid } from './value.js';
import { decodeValue } from './wire.js';

/** What a committed transaction answered. Made by `Transaction.parseResult`. */
export class TransactionResult {
  readonly #schema: DatabaseSchema;
  readonly #inserts: ReadonlyMap<string, number>;
  readonly #results: readonly JsonObject[];

  /** Throws the `OvsdbError` of the operation that failed, or `malformed`. */
  constructor(
    schema: DatabaseSchema,
    operations: readonly Operation[],
    inserts: ReadonlyMap<string, number>,
    json: Json,
  ) {
    this.#schema = schema;
    this.#inserts = inserts;
    this.#results = parseResults(schema.name, operations, json);
  }

  /** The UUID of a row that the transaction inserted. */
  uuid(inserted: NamedUuid): Uuid {
    const index = this.#inserts.get(inserted.name);
    if (index === undefined)
      throw new OvsdbError('bad value', `read result: ${inserted.name} is not of this transaction`);
    const type = { kind: 'scalar', key: { type: 'uuid' } } as const;
    return decodeValue(type, this.#results[index]?.['uuid'], `result ${index} (uuid)`) as Uuid;
  }

  /** How many rows an update, mutate or delete touched. */
  count(touched: Touched): number {
    const type = { kind: 'scalar', key: { type: 'integer' } } as const;
    return decodeValue(type, this.#results[touched.index]?.['count'], `result ${touched.index} (count)`) as number;
  }

  /** The rows of a select. */
  rows<Row>(selection: Selection<Row>): readonly Row[] {
    const rows = this.#results[selection.index]?.['rows'];
    if (!isJsonArray(rows)) throw new OvsdbError('malformed', `read result ${selection.index}: no rows`);
    return rows.filter(isJsonObject).map((row) => this.#row(selection, row) as Row);
  }

  #row(selection: Selection<unknown>, row: JsonObject): object {
    const { table, columns } = selection;
    return Object.fromEntries(
      columns.map((column) => {
        const { type } = columnSchema(this.#schema, table, column);
        return [column, decodeValue(type, row[column], `${table}.${column}`)];
      }),
    );
  }
}

/**
 * The answer has one result per operation. The first that failed has an error object and null follows it; when all
 * succeed but the commit fails, the error comes one past the last (RFC 7047 section 4.1.3).
 */
function parseResults(database: string, operations: readonly Operation[], json: Json): readonly JsonObject[] {
  if (!isJsonArray(json)) throw new OvsdbError('malformed', `transact ${database}: the answer is not an array`);
  const failed = json.findIndex((result) => isJsonObject(result) && Object.hasOwn(result, 'error'));
  if (failed >= 0) throw operationError(database, operations, json[failed] as JsonObject, failed);
  const results = json.filter(isJsonObject);
  if (results.length === operations.length) return results;
  throw new OvsdbError(
    'malformed',
    `transact ${database}: ${results.length} results for ${operations.length} operations`,
  );
}

function operationError(
  database: string,
  operations: readonly Operation[],
  error: JsonObject,
  operationIndex: number,
): OvsdbError {
  const operation = operations[operationIndex];
  if (operation !== undefined) {
    const what = `transact ${database}: operation ${operationIndex} (${describeOperation(operation)})`;
    return parseServerError(error, what, { operation, operationIndex });
  }
  const all = operations.map(describeOperation).join(', ');
  return parseServerError(error, `transact ${database}: commit of ${all}`);
}
