import { isJsonObject, type Json, type JsonObject } from '../object.js';
import { listTypeOf, type SchemaNode } from '../schema/schema.js';

/**
 * Paths of fields as server-side apply counts them. A path is a list of FieldsV1 elements (`f:spec`,
 * `k:{"name":"web"}`, `v:"x"`) joined by a separator that cannot occur in them, so that sets of paths are plain sets.
 */
const separator = '\u0000';

export type FieldPath = string;

/** The parts of a path, outermost first. */
export function elementsOf(path: FieldPath): string[] {
  return path.split(separator);
}

/** Every field that an object has, with its value; containers that are owned as such have no value. */
export function fieldsOf(object: Json, node: SchemaNode | undefined): Map<FieldPath, string> {
  const fields = new Map<FieldPath, string>();
  if (!isJsonObject(object)) return fields;
  for (const [name, value] of Object.entries(object)) {
    if (name === 'apiVersion' || name === 'kind') continue;
    if (name === 'metadata') collectMetadata(value, node, fields);
    else collect(`f:${name}`, value, node?.property(name), fields);
  }
  return fields;
}

/** What of metadata belongs to clients; the rest is the server's. */
const clientMetadata = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName']);

function collectMetadata(metadata: Json, node: SchemaNode | undefined, fields: Map<FieldPath, string>): void {
  if (!isJsonObject(metadata)) return;
  const metadataNode = node?.property('metadata');
  for (const [name, value] of Object.entries(metadata)) {
    if (!clientMetadata.has(name)) continue;
    collect(`f:metadata${separator}f:${name}`, value, metadataNode?.property(name), fields);
  }
}

function collect(path: FieldPath, value: Json, node: SchemaNode | undefined, fields: Map<FieldPath, string>): void {
  if (Array.isArray(value)) return collectList(path, value, node, fields);
  const isWhole =
    !isJsonObject(value) || Object.keys(value).length === 0 || node?.schema['x-kubernetes-map-type'] === 'atomic';
  if (isWhole) {
    fields.set(path, JSON.stringify(value));
    return;
  }
  for (const [name, child] of Object.entries(value)) {
    const below = `${path}${separator}f:${name}`;
    // A key of a map is somebody's, also where what is under it is a structure.
    if (isJsonObject(child) && !node?.hasField(name)) fields.set(below, '');
    collect(below, child, node?.property(name), fields);
  }
}

function collectList(
  path: FieldPath,
  list: readonly Json[],
  node: SchemaNode | undefined,
  fields: Map<FieldPath, string>,
): void {
  const type = listTypeOf(node);
  if (type.kind === 'atomic' || list.length === 0) {
    fields.set(path, JSON.stringify(list));
    return;
  }
  for (const item of list) {
    const below = `${path}${separator}${itemElement(item, node)}`;
    fields.set(below, '');
    if (type.kind === 'map' && isJsonObject(item)) {
      for (const [name, child] of Object.entries(item)) {
        collect(`${below}${separator}f:${name}`, child, node?.items?.property(name), fields);
      }
    }
  }
}

/** What tells an item of a list apart: `k:{…}` by its keys, `v:…` by its value. */
export function itemElement(item: Json, node: SchemaNode | undefined): string {
  const type = listTypeOf(node);
  if (type.kind !== 'map' || !isJsonObject(item)) return `v:${JSON.stringify(item)}`;
  const keys: JsonObject = {};
  for (const key of [...type.keys].sort()) {
    const value = item[key] ?? (node?.items?.property(key)?.schema.default as Json | undefined);
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/** Paths as the tree that `managedFields` carries. */
export function treeOf(paths: Iterable<FieldPath>): JsonObject {
  const tree: JsonObject = {};
  const own: JsonObject[] = [];
  for (const path of [...paths].sort()) {
    let branch = tree;
    for (const element of elementsOf(path)) {
      const next = (branch[element] ?? {}) as JsonObject;
      branch[element] = next;
      branch = next;
    }
    own.push(branch);
  }
  // A leaf is owned by being there; a branch that is owned itself says so.
  for (const branch of own) if (Object.keys(branch).length > 0) branch['.'] = {};
  return tree;
}

export function pathsOf(tree: Json | undefined): Set<FieldPath> {
  const paths = new Set<FieldPath>();
  const walk = (branch: Json | undefined, path: FieldPath): void => {
    if (!isJsonObject(branch)) return;
    const elements = Object.keys(branch);
    if (path !== '' && (elements.length === 0 || '.' in branch)) paths.add(path);
    for (const element of elements) {
      if (element !== '.') walk(branch[element], path === '' ? element : path + separator + element);
    }
  };
  walk(tree, '');
  return paths;
}

/** A path as people read it: `.spec.containers[name="web"].image`. */
export function printPath(path: FieldPath): string {
  return elementsOf(path)
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith('f:')) return `.${rest}`;
      if (element.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}

export function isUnder(path: FieldPath, parent: FieldPath): boolean {
  return path.startsWith(parent + separator);
}
