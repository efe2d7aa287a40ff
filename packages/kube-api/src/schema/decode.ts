import { isJsonObject, type Json, type JsonObject } from '../object.js';
import { ApiError } from '../status.js';
import { SchemaNode } from './schema.js';

export interface Decoded {
  readonly value: JsonObject;
  /** Paths of fields that the type does not have; they are left out of the value. */
  readonly unknownFields: readonly string[];
}

/** What a decoding failure is about. */
interface Place {
  readonly kind: string;
  readonly version: string;
}

/**
 * Reads an object as a built-in type, as a real server's decoder does: unknown fields are dropped, nulls are absent,
 * and a value of the wrong type refuses the whole. Throws `BadRequest`.
 */
export function decodeAs(node: SchemaNode, value: JsonObject, place: Place): Decoded {
  const unknownFields: string[] = [];
  const decoded = decode(node, value, '', unknownFields, place) as JsonObject;
  return { value: decoded, unknownFields };
}

function decode(node: SchemaNode, value: Json, path: string, unknown: string[], place: Place): Json {
  const { type, properties, additionalProperties } = node.schema;
  if (node.schema['x-kubernetes-int-or-string']) {
    if (typeof value !== 'string' && !Number.isInteger(value)) throw mismatch(value, path, 'intstr.IntOrString', place);
    return value;
  }
  switch (type) {
    case 'object':
      if (!isJsonObject(value)) throw mismatch(value, path, 'object', place);
      if (!properties && !additionalProperties) return value;
      return decodeFields(node, value, path, unknown, place);
    case 'array': {
      if (!Array.isArray(value)) throw mismatch(value, path, 'array', place);
      const { items } = node;
      return items ? value.map((item, index) => decode(items, item, `${path}[${index}]`, unknown, place)) : value;
    }
    case 'string':
      if (node.schema['x-kubernetes-quantity']) return quantity(value, path, place);
      if (typeof value !== 'string') throw mismatch(value, path, 'string', place);
      return value;
    case 'integer':
      if (!Number.isInteger(value)) throw mismatch(value, path, 'int64', place);
      return value;
    case 'number':
      if (typeof value !== 'number') throw mismatch(value, path, 'float64', place);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, path, 'bool', place);
      return value;
    default:
      return value;
  }
}

function decodeFields(node: SchemaNode, value: JsonObject, path: string, unknown: string[], place: Place): JsonObject {
  const result: JsonObject = {};
  for (const [name, field] of Object.entries(value)) {
    const below = path === '' ? name : `${path}.${name}`;
    const property = node.property(name);
    if (!property) unknown.push(below);
    // Kubernetes leaves empty maps out of what it writes.
    else if (field !== null && !isEmptyMap(property, field))
      result[name] = decode(property, field, below, unknown, place);
  }
  return result;
}

function isEmptyMap({ schema }: SchemaNode, value: Json): boolean {
  return schema.additionalProperties !== undefined && isJsonObject(value) && Object.keys(value).length === 0;
}

function quantity(value: Json, path: string, place: Place): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw mismatch(value, path, 'resource.Quantity', place);
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/.test(value)) return value;
  throw new ApiError(
    'BadRequest',
    `${place.kind} in version "${place.version}" cannot be handled as a ${place.kind}: ${path}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  );
}

function mismatch(value: Json, path: string, wanted: string, { kind, version }: Place): ApiError {
  const got =
    value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return new ApiError(
    'BadRequest',
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${got} into Go struct field ${kind}.${path} of type ${wanted}`,
  );
}
