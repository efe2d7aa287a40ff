import { isJsonObject, type Json, type JsonObject } from '../object.js';
import type { Schema } from '../schema/schema.js';

/** What a custom resource's object keeps of itself although its schema does not name it. */
const always = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Drops the fields that a structural schema does not know. Their paths go to `unknown`. What is under
 * `x-kubernetes-preserve-unknown-fields` stays, but the fields that are known there are still looked into.
 */
export function prune(schema: Schema, value: Json, unknown: string[], path = '', isRoot = true): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item, index) => prune(items, item, unknown, `${path}[${index}]`, false)) : value;
  }
  if (!isJsonObject(value) || schema['x-kubernetes-int-or-string']) return value;
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const { additionalProperties } = schema;
  const result: JsonObject = {};
  for (const [name, child] of Object.entries(value)) {
    const below = path === '' ? name : `${path}.${name}`;
    const property = ownProperty(schema, name);
    if (isObject && always.has(name)) result[name] = child;
    else if (property) result[name] = prune(property, child, unknown, below, false);
    else if (typeof additionalProperties === 'object') {
      result[name] = prune(additionalProperties, child, unknown, below, false);
    } else if (preserve || additionalProperties === true) result[name] = child;
    else unknown.push(below);
  }
  return result;
}

/** Fills in defaults, also within what was filled in. A null where none is allowed counts as absent if it has a default. */
export function fillDefaults(schema: Schema, value: Json): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => fillDefaults(items, item)) : value;
  }
  if (!isJsonObject(value)) return value;
  const result: JsonObject = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const present = result[name];
    const isMissing = present === undefined || (present === null && property.nullable !== true);
    if (isMissing && property.default !== undefined) result[name] = structuredClone(property.default) as Json;
    const filled = result[name];
    if (filled !== undefined) result[name] = fillDefaults(property, filled);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    for (const [name, child] of Object.entries(value)) {
      if (!ownProperty(schema, name)) result[name] = fillDefaults(additionalProperties, child);
    }
  }
  return result;
}

function ownProperty({ properties }: Schema, name: string): Schema | undefined {
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** What keeps a schema from being structural, as path and reason. */
export function structuralProblems(schema: Schema, path: string): { readonly field: string; readonly why: string }[] {
  if (schema.type !== 'object') return [{ field: `${path}.type`, why: 'must be object at the root' }];
  return below(schema, path);
}

function below(schema: Schema, path: string): { field: string; why: string }[] {
  const named = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [`${path}.properties[${name}]`, child] as const,
  );
  const { items, additionalProperties } = schema;
  const all: readonly (readonly [string, Schema])[] = [
    ...named,
    ...(items ? [[`${path}.items`, items] as const] : []),
    ...(typeof additionalProperties === 'object'
      ? [[`${path}.additionalProperties`, additionalProperties] as const]
      : []),
  ];
  return all.flatMap(([at, child]) => {
    const isTyped =
      child.type !== undefined ||
      child['x-kubernetes-int-or-string'] === true ||
      child['x-kubernetes-preserve-unknown-fields'] === true;
    const what = at.endsWith('.items') ? 'array items' : 'object fields';
    const own = isTyped ? [] : [{ field: `${at}.type`, why: `must not be empty for specified ${what}` }];
    return [...own, ...below(child, at)];
  });
}
