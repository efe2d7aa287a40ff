import { deepEqual, isJsonObject, type Json, type JsonObject } from '../object.js';
import { ApiError } from '../status.js';
import { listKey } from './list-keys.js';

/**
 * Kubernetes' strategic merge: like a merge patch, but lists whose items have a key merge item by item, and directives
 * (`$patch`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`, `$retainKeys`) say what else.
 */
export function strategicPatch(kind: string, target: Json | undefined, patch: Json): Json {
  return merge(kind, [], target, patch);
}

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

function merge(kind: string, path: readonly string[], target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  if (patch['$patch'] === 'replace') return without(patch, '$patch');
  if (patch['$patch'] === 'delete') return {};
  let result: JsonObject = isJsonObject(target) ? { ...target } : {};
  const retain = patch['$retainKeys'];
  if (Array.isArray(retain)) {
    result = Object.fromEntries(Object.entries(result).filter(([key]) => retain.includes(key)));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) {
      const list = result[key.slice(deletePrefix.length)];
      if (Array.isArray(list) && Array.isArray(value)) {
        result[key.slice(deletePrefix.length)] = list.filter((item) => !value.some((gone) => deepEqual(gone, item)));
      }
    } else if (key.startsWith('$')) continue;
    else if (value === null) delete result[key];
    else if (Array.isArray(value)) result[key] = mergeList(kind, [...path, key], result[key], value);
    else result[key] = merge(kind, [...path, key], result[key], value);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix) || !Array.isArray(order)) continue;
    const field = key.slice(orderPrefix.length);
    const list = result[field];
    if (Array.isArray(list)) result[field] = ordered(list, order, listKey(kind, [...path, field]));
  }
  return result;
}

function mergeList(kind: string, path: readonly string[], target: Json | undefined, patch: readonly Json[]): Json {
  const key = listKey(kind, path);
  if (key === undefined) return [...patch];
  const list = Array.isArray(target) ? target : [];
  if (key === 'set') return [...list, ...patch.filter((item) => !list.some((known) => deepEqual(known, item)))];

  const directive = patch.find((item) => isJsonObject(item) && item['$patch'] === 'replace' && item[key] === undefined);
  if (directive) return patch.filter((item) => item !== directive);
  const result = [...list];
  for (const item of patch) {
    if (!isJsonObject(item) || item[key] === undefined) {
      throw new ApiError('BadRequest', `map: ${path.join('.')} does not contain declared merge key: ${key}`);
    }
    const index = result.findIndex((known) => isJsonObject(known) && deepEqual(known[key], item[key]));
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(merge(kind, path, undefined, item));
    else result[index] = merge(kind, path, result[index], item);
  }
  return result;
}

/** Sorts items as the patch wants them; items that it does not name keep their place at the end. */
function ordered(list: readonly Json[], order: readonly Json[], key: string | undefined): Json[] {
  const rank = (item: Json): number => {
    const index = order.findIndex((wanted) =>
      key !== undefined && key !== 'set' && isJsonObject(wanted) && isJsonObject(item)
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
