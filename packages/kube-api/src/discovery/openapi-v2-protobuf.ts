import type { ApiResource } from '../resources/resource.js';
import type { Schema } from '../schema/schema.js';

/**
 * The OpenAPI 2 document as the protocol buffer of gnostic's `OpenAPIv2.proto`, the only form that kubectl before 1.27
 * reads. Field numbers are that file's.
 */
export function encodeOpenapiV2(
  definitions: ReadonlyMap<string, Schema>,
  resources: readonly ApiResource[],
  version: string,
): Uint8Array {
  return join([
    text(1, '2.0'),
    message(2, join([text(1, 'Kubernetes'), text(2, version)])),
    message(8, join(resources.map((resource) => message(2, encodePath(resource))))),
    message(9, join([...definitions].map(([name, schema]) => message(1, named(name, encodeSchema(schema)))))),
  ]);
}

/** Just what clients look for: that a patch of the kind may be a dry run. */
function encodePath({ group, version, kind, plural, namespaced }: ApiResource): Uint8Array {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const path = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`;
  const query = message(2, message(3, join([text(2, 'query'), text(4, 'dryRun'), text(6, 'string')])));
  const extension = join([text(1, groupVersionKind), message(2, text(2, JSON.stringify({ group, version, kind })))]);
  const patch = join([message(8, message(1, query)), message(9, new Uint8Array()), message(13, extension)]);
  return named(path, message(8, patch));
}

const groupVersionKind = 'x-kubernetes-group-version-kind';

function named(name: string, value: Uint8Array): Uint8Array {
  return join([text(1, name), message(2, value)]);
}

function encodeSchema(schema: Schema): Uint8Array {
  const parts: Uint8Array[] = [];
  const { format, description, required, type, items, properties, additionalProperties } = schema;
  if (typeof schema['$ref'] === 'string') parts.push(text(1, schema['$ref']));
  if (typeof format === 'string') parts.push(text(2, format));
  if (typeof description === 'string') parts.push(text(4, description));
  if (Array.isArray(required)) parts.push(...required.map((name) => text(19, String(name))));
  if (isSchema(additionalProperties)) parts.push(message(21, message(1, encodeSchema(additionalProperties))));
  if (typeof type === 'string') parts.push(message(22, text(1, type)));
  if (isSchema(items)) parts.push(message(23, message(1, encodeSchema(items))));
  if (isSchema(properties)) {
    const fields = Object.entries(properties).filter((entry): entry is [string, Schema] => isSchema(entry[1]));
    parts.push(message(25, join(fields.map(([name, value]) => message(1, named(name, encodeSchema(value)))))));
  }
  for (const [name, value] of Object.entries(schema)) {
    // Extensions are carried as YAML, of which JSON is a part.
    if (name.startsWith('x-'))
      parts.push(message(31, join([text(1, name), message(2, text(2, JSON.stringify(value)))])));
  }
  return join(parts);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const lengthDelimited = 2;
const encoder = new TextEncoder();

function text(field: number, value: string): Uint8Array {
  return message(field, encoder.encode(value));
}

function message(field: number, body: Uint8Array): Uint8Array {
  return join([varint(field * 8 + lengthDelimited), varint(body.length), body]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
