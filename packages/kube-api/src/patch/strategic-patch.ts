import { deepEqual, isJsonObject, type Json, type JsonObject } from '../object.js';
import { patchKeyOf, type SchemaNode } from '../schema/schema.js';
import { ApiError } from '../status.js';

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * Kubernetes' strategic merge: like a merge patch, but lists whose items have a key merge item by item, and directives
 * (`$patch`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`, `$retainKeys`) say what else.
 */
export function strategicPatch(node: SchemaNode | undefined, target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  if (patch['$patch'] === 'replace') return without(patch, '$patch');
  if (patch['$patch'] === 'delete') return {};
  let result: JsonObject = isJsonObject(target) ? { ...target } : {};
  const retain = patch['$retainKeys'];
  if (Array.isArray(retain)) {
    result = Object.fromEntries(Object.entries(result).filter(([key]) => retain.includes(key)));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) deleteItems(result, key.slice(deletePrefix.length), value);
    else if (key.startsWith('$')) continue;
    else if (value === null) delete result[key];
    else if (Array.isArray(value)) result[key] = mergeList(node?.property(key), key, result[key], value);
    else result[key] = strategicPatch(node?.property(key), result[key], value);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix) || !Array.isArray(order)) continue;
    const field = key.slice(orderPrefix.length);
    const list = result[field];
    if (Array.isArray(list)) result[field] = ordered(list, order, patchKeyOf(node?.property(field))?.key);
  }
  return result;
}

function deleteItems(result: JsonObject, field: string, gone: Json): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(gone)) return;
  result[field] = list.filter((item) => !gone.some((other) => deepEqual(other, item)));
}

function mergeList(
  node: SchemaNode | undefined,
  field: string,
  target: Json | undefined,
  patch: readonly Json[],
): Json {
  const rule = patchKeyOf(node);
  const list = Array.isArray(target) ? target : [];
  if (rule === undefined) return [...patch];
  const { key } = rule;
  if (key === undefined) return [...list, ...patch.filter((item) => !list.some((known) => deepEqual(known, item)))];

  const directive = patch.find((item) => isJsonObject(item) && item['$patch'] === 'replace' && item[key] === undefined);
  if (directive) return patch.filter((item) => item !== directive);
  const result = [...list];
  for (const item of patch) {
    if (!isJsonObject(item) || item[key] === undefined) {
      throw new ApiError('BadRequest', `map: ${field} does not contain declared merge key: ${key}`);
    }
    const index = result.findIndex((known) => isJsonObject(known) && deepEqual(known[key], item[key]));
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(strategicPatch(node?.items, undefined, item));
    else result[index] = strategicPatch(node?.items, result[index], item);
  }
  return result;
}

/** Sorts items as the patch wants them; items that it does not name keep their place at the end. */
function ordered(list: readonly Json[], order: readonly Json[], key: string | undefined): Json[] {
  const rank = (item: Json): number => {
    const index = order.findIndex((wanted) =>
      key !== undefined && isJsonObject(wanted) && isJsonObject(item)
        ? deepEqual(wanted[key], item[key])
        : deepEqual(wanted, item),
    );
    return index < 0 ? order.length : index;
  };
  return [...list].sort((a, b) => rank(a) - rank(b));
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
