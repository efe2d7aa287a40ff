import { isJsonObject, type ApiObject, type Json, type JsonObject } from '../object.js';
import { listTypeOf, type SchemaNode } from '../schema/schema.js';
import { ApiError } from '../status.js';
import { timestamp } from '../validation/metadata.js';
import { elementsOf, fieldsOf, isUnder, itemElement, printPath, type FieldPath } from './field-paths.js';
import { isEntryOf, readEntries, type Author, type ManagedEntry } from './managed-fields.js';

export interface Applied {
  readonly object: Json;
  readonly entries: readonly ManagedEntry[];
}

/**
 * Server-side apply: what the configuration says is set and is the manager's from now on; what the manager applied
 * before and does not say any more is removed, unless somebody else has it too. A field that another manager has with
 * another value is a conflict, unless `force` takes it away from there.
 */
export function applyConfig(
  live: ApiObject,
  config: Json,
  node: SchemaNode,
  author: Author,
  { force, apiVersion }: { readonly force: boolean; readonly apiVersion: string },
): Applied {
  const wanted = fieldsOf(config, node);
  const present = fieldsOf(live as unknown as Json, node);
  const entries = readEntries(live.metadata.managedFields);
  const own = entries.find((entry) => isEntryOf(entry, author));
  let others = entries.filter((entry) => entry !== own);

  const contested = (entry: ManagedEntry): FieldPath[] =>
    [...entry.fields].filter((path) => {
      const value = wanted.get(path);
      return value !== undefined && value !== '' && present.get(path) !== value;
    });
  const conflicts = others.flatMap((entry) => contested(entry).map((path) => ({ entry, path })));
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);
  others = others.map((entry) => {
    const lost = new Set(contested(entry));
    return { ...entry, fields: new Set([...entry.fields].filter((path) => !lost.has(path))) };
  });

  let object = mergeConfig(node, live as unknown as Json, config);
  const abandoned = [...(own?.fields ?? [])].filter(
    (path) =>
      !wanted.has(path) &&
      !others.some(({ fields }) => fields.has(path)) &&
      // A container stays for as long as somebody has something in it.
      ![...wanted.keys()].some((kept) => isUnder(kept, path)) &&
      !others.some(({ fields }) => [...fields].some((kept) => isUnder(kept, path))),
  );
  for (const path of abandoned) object = removed(object, node, elementsOf(path));
  const fields = new Set(wanted.keys());
  const isSame =
    own !== undefined && fields.size === own.fields.size && [...fields].every((path) => own.fields.has(path));
  return { object, entries: [...others, { ...author, apiVersion, time: isSame ? own.time : timestamp(), fields }] };
}

function conflictError(conflicts: readonly { readonly entry: ManagedEntry; readonly path: FieldPath }[]): ApiError {
  const causes = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${entry.manager}"${entry.subresource ? ` with subresource "${entry.subresource}"` : ''} using ${entry.apiVersion}`,
    field: printPath(path),
  }));
  const list = causes.map(({ message, field }) => `${message}: ${field}`);
  const count = `${causes.length} conflict${causes.length === 1 ? '' : 's'}`;
  return new ApiError('Conflict', `Apply failed with ${count}: ${list.join('\n')}`, { causes });
}

/** Lays a configuration over an object; list items meet by their keys. */
export function mergeConfig(node: SchemaNode | undefined, live: Json | undefined, config: Json): Json {
  if (Array.isArray(config)) return mergeList(node, live, config);
  if (!isJsonObject(config) || !isJsonObject(live)) return config;
  if (node?.schema['x-kubernetes-map-type'] === 'atomic') return config;
  const result: JsonObject = { ...live };
  for (const [name, value] of Object.entries(config)) {
    result[name] = mergeConfig(node?.property(name), result[name], value);
  }
  return result;
}

function mergeList(node: SchemaNode | undefined, live: Json | undefined, config: readonly Json[]): Json {
  const type = listTypeOf(node);
  if (type.kind === 'atomic' || !Array.isArray(live)) return [...config];
  const result = new Map(live.map((item) => [itemElement(item, node), item]));
  const given = new Set<string>();
  for (const item of config) {
    const element = itemElement(item, node);
    if (given.has(element)) {
      throw new ApiError('Invalid', `duplicate entries for key [${element.slice(2)}]`);
    }
    given.add(element);
    result.set(element, type.kind === 'map' ? mergeConfig(node?.items, result.get(element), item) : item);
  }
  return [...result.values()];
}

/** The object without what a path leads to. */
function removed(value: Json, node: SchemaNode | undefined, path: readonly string[]): Json {
  const [element = '', ...rest] = path;
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((item) => itemElement(item, node) !== element);
    return value.map((item) => (itemElement(item, node) === element ? removed(item, node?.items, rest) : item));
  }
  const name = element.slice(2);
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return value;
  const { [name]: child = null, ...others } = value;
  if (rest.length === 0) return others;
  const left = removed(child, node?.property(name), rest);
  const isEmpty = Array.isArray(left) ? left.length === 0 : isJsonObject(left) && Object.keys(left).length === 0;
  return isEmpty ? others : { ...value, [name]: left };
}
