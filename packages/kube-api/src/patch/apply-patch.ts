import { isJsonObject, type ApiObject, type Json, type JsonObject } from '../object.js';
import { ApiError } from '../status.js';
import { timestamp } from '../validation/metadata.js';
import { listKey } from './list-keys.js';
import { strategicPatch } from './strategic-patch.js';

/**
 * Server-side apply, simplified: each manager's last configuration is remembered, what it no longer says is removed,
 * what it says now is merged. A field that two managers want goes to the last one; there are no conflicts.
 */
export class AppliedConfigs {
  readonly #byUid = new Map<string, Map<string, Json>>();

  remember(uid: string, manager: string, config: Json): void {
    const managers = this.#byUid.get(uid) ?? new Map<string, Json>();
    managers.set(manager, config);
    this.#byUid.set(uid, managers);
  }

  apply(kind: string, current: Json, config: Json, manager: string): Json {
    if (!isJsonObject(config)) throw new ApiError('BadRequest', 'the applied configuration must be an object');
    const uid = uidOf(current);
    const before = this.#byUid.get(uid)?.get(manager);
    const pruned = before === undefined ? current : prune(kind, [], current, before, config);
    this.remember(uid, manager, config);
    return strategicPatch(kind, pruned, config);
  }

  /** Notes in `managedFields` who wrote last, for those who look. */
  recordUpdate(object: ApiObject, _before: ApiObject | undefined, manager: string): ApiObject {
    const others = (object.metadata.managedFields ?? []).filter(
      (entry) => !(isJsonObject(entry) && entry['manager'] === manager),
    );
    const entry: Json = {
      manager,
      operation: 'Update',
      apiVersion: object.apiVersion,
      time: timestamp(),
      fieldsType: 'FieldsV1',
      fieldsV1: {},
    };
    return { ...object, metadata: { ...object.metadata, managedFields: [...others, entry] } };
  }
}

function uidOf(object: Json): string {
  const metadata = isJsonObject(object) ? object['metadata'] : undefined;
  const uid = isJsonObject(metadata) ? metadata['uid'] : undefined;
  return typeof uid === 'string' ? uid : '';
}

/** Takes out of `current` what `before` said and `config` does not say any more. */
function prune(kind: string, path: readonly string[], current: Json, before: Json, config: Json): Json {
  if (!isJsonObject(current) || !isJsonObject(before) || !isJsonObject(config)) return current;
  const result: JsonObject = { ...current };
  for (const [field, old] of Object.entries(before)) {
    const value = result[field];
    const wanted = config[field];
    if (value === undefined) continue;
    if (wanted === undefined) delete result[field];
    else if (Array.isArray(old) && Array.isArray(value) && Array.isArray(wanted)) {
      result[field] = pruneList(listKey(kind, [...path, field]), value, old, wanted);
    } else result[field] = prune(kind, [...path, field], value, old, wanted);
  }
  return result;
}

function pruneList(key: string | undefined, current: Json[], before: Json[], config: Json[]): Json[] {
  if (key === undefined) return current;
  const idOf = (item: Json): string => JSON.stringify(key !== 'set' && isJsonObject(item) ? item[key] : item);
  const was = new Set(before.map(idOf));
  const is = new Set(config.map(idOf));
  return current.filter((item) => !was.has(idOf(item)) || is.has(idOf(item)));
}
