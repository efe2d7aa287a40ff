import { OvsdbError } from './errors.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json.js';
import type { DatabaseSchema } from './schema.js';
import type { Uuid } from './value.js';
import { isUuid } from './value.js';

/** Which columns of which tables are wanted: what a replica holds and a monitor request asks for. */
export type MonitorSpec<Tables> = {
  readonly [T in keyof Tables]?: readonly (keyof Tables[T] & string)[];
};

/** The ways to monitor, newest first; the ones after the first are fallbacks for older servers. */
export const monitorMethods = ['monitor_cond_since', 'monitor_cond', 'monitor'] as const;
export type MonitorMethod = (typeof monitorMethods)[number];

/**
 * What happened to one row, as the wire tells it: `replace` carries the whole row (columns at their default may be
 * left out), `modify` carries differences.
 */
export type RowUpdate =
  | { readonly kind: 'replace'; readonly uuid: Uuid; readonly row: JsonObject }
  | { readonly kind: 'modify'; readonly uuid: Uuid; readonly difference: JsonObject }
  | { readonly kind: 'delete'; readonly uuid: Uuid };

export type TableUpdates = ReadonlyMap<string, readonly RowUpdate[]>;

/** The requests of a monitor: the wanted columns, without the ones every row has. */
export function monitorRequests(spec: Readonly<Record<string, readonly string[] | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(spec).map(([table, columns]) => [
      table,
      [{ columns: (columns ?? []).filter((column) => column !== '_uuid') }],
    ]),
  );
}

/** All columns of a table: for tools that want everything. */
export function allColumns(schema: DatabaseSchema): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(schema.tables).map(([name, table]) => [name, Object.keys(table.columns)]));
}

/** Reads `<table-updates>` (`monitor`) or `<table-updates2>` (`monitor_cond` and newer); throws `malformed`. */
export function parseTableUpdates(json: Json | undefined, version: 1 | 2): TableUpdates {
  if (!isJsonObject(json)) throw malformed('table updates');
  const parseRow = version === 1 ? parseRowUpdate1 : parseRowUpdate2;
  return new Map(
    Object.entries(json).map(([table, rows]) => {
      if (!isJsonObject(rows)) throw malformed(`update of table ${table}`);
      return [table, Object.entries(rows).map(([uuid, update]) => parseRow(table, uuid, update))];
    }),
  );
}

/** What a reply to a monitor request holds, for each way to monitor. */
export interface MonitorReply {
  readonly updates: TableUpdates;
  /** True if `updates` continue what was known; false if they are the whole contents. */
  readonly incremental: boolean;
  /** The last transaction included; `undefined` from servers that do not count them. */
  readonly lastTransaction: Uuid | undefined;
}

export function parseMonitorReply(method: MonitorMethod, json: Json): MonitorReply {
  if (method !== 'monitor_cond_since') {
    const updates = parseTableUpdates(json, method === 'monitor' ? 1 : 2);
    return { updates, incremental: false, lastTransaction: undefined };
  }
  if (!isJsonArray(json) || typeof json[0] !== 'boolean') throw malformed('reply to monitor_cond_since');
  const [incremental, transaction, updates] = json;
  return {
    updates: parseTableUpdates(updates, 2),
    incremental,
    lastTransaction: parseTransactionId(transaction),
  };
}

/** A transaction id, for `monitor_cond_since`. */
export function parseTransactionId(json: Json | undefined): Uuid | undefined {
  return typeof json === 'string' && isUuid(json) ? json : undefined;
}

function parseRowUpdate1(table: string, uuid: string, json: Json): RowUpdate {
  const row = rowUpdate(table, uuid, json);
  if (isJsonObject(row.json['new'])) return { kind: 'replace', uuid: row.uuid, row: row.json['new'] };
  if (isJsonObject(row.json['old'])) return { kind: 'delete', uuid: row.uuid };
  throw malformed(`row of table ${table}`);
}

function parseRowUpdate2(table: string, uuid: string, json: Json): RowUpdate {
  const row = rowUpdate(table, uuid, json);
  const whole = row.json['initial'] ?? row.json['insert'];
  if (isJsonObject(whole)) return { kind: 'replace', uuid: row.uuid, row: whole };
  if (isJsonObject(row.json['modify'])) return { kind: 'modify', uuid: row.uuid, difference: row.json['modify'] };
  if (Object.hasOwn(row.json, 'delete')) return { kind: 'delete', uuid: row.uuid };
  throw malformed(`row of table ${table}`);
}

function rowUpdate(table: string, uuid: string, json: Json): { uuid: Uuid; json: JsonObject } {
  if (!isUuid(uuid) || !isJsonObject(json)) throw malformed(`row of table ${table}`);
  return { uuid, json };
}

function malformed(what: string): OvsdbError {
  return new OvsdbError('malformed', `read ${what}: not as RFC 7047 has it`);
}
