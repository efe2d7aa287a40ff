import { at, textAt, isJsonObject, type ApiObject, type Json } from '../object.js';
import type { SchemaNode } from '../schema/schema.js';
import { timestamp } from '../validation/metadata.js';
import { fieldsOf, pathsOf, treeOf, type FieldPath } from './field-paths.js';

/** Who set which fields, and how: one entry of `managedFields`. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  readonly time: string;
  readonly fields: ReadonlySet<FieldPath>;
}

/** Which entry a write belongs to. */
export interface Author {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string | undefined;
}

export function isEntryOf(entry: ManagedEntry, author: Author): boolean {
  return (
    entry.manager === author.manager && entry.operation === author.operation && entry.subresource === author.subresource
  );
}

export function readEntries(managedFields: unknown): ManagedEntry[] {
  if (!Array.isArray(managedFields)) return [];
  return managedFields.flatMap((entry: unknown) => {
    const manager = at(entry, 'manager');
    const subresource = at(entry, 'subresource');
    // An entry without a manager is how a client asks to forget them all.
    if (typeof manager !== 'string' || !isJsonObject(entry)) return [];
    return {
      manager,
      operation: entry['operation'] === 'Apply' ? ('Apply' as const) : ('Update' as const),
      apiVersion: textAt(entry, 'apiVersion'),
      subresource: typeof subresource === 'string' && subresource !== '' ? subresource : undefined,
      time: textAt(entry, 'time') || timestamp(),
      fields: pathsOf(entry['fieldsV1']),
    };
  });
}

export function writeEntries(entries: readonly ManagedEntry[]): Json[] {
  return entries
    .filter(({ fields }) => fields.size > 0)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: treeOf(fields),
      ...(subresource === undefined ? {} : { subresource }),
    }));
}

/**
 * The entries after an update (anything but an apply): what it changed is its author's from now on and nobody else's,
 * what it removed is nobody's.
 */
export function entriesAfterUpdate(
  before: ApiObject | undefined,
  after: ApiObject,
  node: SchemaNode,
  author: Author,
): readonly ManagedEntry[] {
  const known = readEntries(after.metadata.managedFields);
  const old = before ? fieldsOf(before as unknown as Json, node) : new Map<FieldPath, string>();
  const now = fieldsOf(after as unknown as Json, node);
  const changed = new Set([...now].filter(([path, value]) => old.get(path) !== value).map(([path]) => path));
  const removed = new Set([...old.keys()].filter((path) => !now.has(path)));
  if (changed.size === 0 && removed.size === 0) return known;

  const others = known
    .filter((entry) => !isEntryOf(entry, author))
    .map((entry) => ({ ...entry, fields: minus(entry.fields, changed, removed) }));
  const own = known.find((entry) => isEntryOf(entry, author));
  const fields = new Set([...minus(own?.fields ?? new Set(), removed), ...changed]);
  const entry = { ...author, apiVersion: after.apiVersion, time: timestamp(), fields };
  return [...others, changed.size === 0 && own ? { ...own, fields } : entry];
}

function minus(fields: ReadonlySet<FieldPath>, ...gone: readonly ReadonlySet<FieldPath>[]): Set<FieldPath> {
  return new Set([...fields].filter((path) => !gone.some((set) => set.has(path))));
}
