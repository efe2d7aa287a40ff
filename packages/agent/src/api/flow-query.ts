import { tableDisplayName, tableIds, type TableName } from '@antrea-ts/apis';
import { HttpError, nearest, queryParameters } from '@antrea-ts/runtime';

/** What of the switch somebody wants to see. */
export type FlowQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'pod' | 'service' | 'networkpolicy'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'tables'; readonly tables: readonly number[] }
  /** Absent ids: all groups. */
  | { readonly kind: 'groups'; readonly ids?: readonly number[] };

const entities = ['pod', 'service', 'networkpolicy'] as const;

/** Reads the parameters of `/ovsflows`. Throws `HttpError` 400 that names the parameter and what it should be. */
export function parseFlowQuery(query: URLSearchParams): FlowQuery {
  const given = queryParameters(query, [...entities, 'namespace', 'table', 'groups']);
  const { namespace, table, groups } = given;
  const kinds = [...entities, 'table', 'groups'] as const;
  const asked = kinds.filter((name) => given[name] !== undefined);
  if (asked.length > 1) {
    throw new HttpError(400, `unsupported parameter combination: ${asked.join(' and ')}; give one of them`);
  }
  const entity = entities.find((name) => given[name] !== undefined);
  if (entity !== undefined) {
    if (namespace === undefined) throw new HttpError(400, `namespace must be provided, with ${entity}`);
    return { kind: entity, name: given[entity] ?? '', namespace };
  }
  if (namespace !== undefined) {
    throw new HttpError(400, `unsupported parameter combination: namespace goes with ${entities.join(', ')}`);
  }
  if (table !== undefined) return { kind: 'tables', tables: [...new Set(table.split(',').map(tableOf))] };
  if (groups === undefined) return { kind: 'all' };
  return groups === 'all' ? { kind: 'groups' } : { kind: 'groups', ids: [...new Set(groups.split(',').map(groupOf))] };
}

/** Tables by the names of antctl and of our documents. */
const byName = new Map(
  (Object.entries(tableIds) as [TableName, number][]).flatMap(([name, id]) =>
    [name, tableDisplayName(id)].map((known) => [known.toLowerCase(), id] as const),
  ),
);

function tableOf(text: string): number {
  const name = text.trim();
  const id = /^\d{1,3}$/.test(name) && Number(name) < 255 ? Number(name) : byName.get(name.toLowerCase());
  if (id !== undefined) return id;
  const near = nearest(name, Object.keys(tableIds));
  const hint =
    near === undefined ? 'give names of tables or numbers from 0 to 254, with commas' : `did you mean ${near}?`;
  throw new HttpError(400, `table: invalid table name or number ${JSON.stringify(name)}; ${hint}`);
}

function groupOf(text: string): number {
  const id = /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : Number.NaN;
  // Above are reserved ids.
  if (id <= 0xffffff00) return id;
  throw new HttpError(400, `groups: invalid group ID ${JSON.stringify(text)}; give numbers with commas, or all`);
}
