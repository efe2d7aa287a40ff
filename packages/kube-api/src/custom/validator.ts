import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { deepEqual, isJsonObject, type Json } from '../object.js';
import { listTypeOf, SchemaNode, type Schema } from '../schema/schema.js';
import type { StatusCause } from '../status.js';
import { formats } from './formats.js';

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  verbose: true,
  // Patterns are written for RE2, which has no such mode.
  unicodeRegExp: false,
  logger: false,
  formats: { ...formats },
});

/** Says what of an object a custom resource's schema refuses. Throws for a schema that cannot be understood. */
export function createValidator(schema: Schema): (object: Json) => StatusCause[] {
  const validate: ValidateFunction = ajv.compile(jsonSchema(schema));
  const node = new SchemaNode(schema, new Map());
  return (object) => {
    const valid = validate(object);
    const causes = valid ? [] : (validate.errors ?? []).filter(isOutermost).map(causeOf);
    return [...causes, ...duplicates(node, object, '')];
  };
}

/** The OpenAPI schema in the words of JSON Schema. */
function jsonSchema(schema: Schema): object {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword.startsWith('x-') || dropped.has(keyword)) continue;
    if (schemaMaps.has(keyword)) result[keyword] = mapValues(value as Record<string, Schema>, jsonSchema);
    else if (schemaLists.has(keyword)) result[keyword] = (value as Schema[]).map(jsonSchema);
    else if (schemas.has(keyword) && typeof value === 'object') result[keyword] = jsonSchema(value as Schema);
    else result[keyword] = value;
  }
  // A boolean here makes the bound beside it exclusive; JSON Schema has a bound of its own for that.
  for (const [bound, exclusive] of bounds) {
    if (typeof result[exclusive] !== 'boolean') continue;
    const isExclusive = result[exclusive];
    delete result[exclusive];
    if (!isExclusive) continue;
    result[exclusive] = result[bound];
    delete result[bound];
  }
  if (schema['x-kubernetes-int-or-string']) result['type'] = ['integer', 'string'];
  if (schema.nullable) {
    result['type'] = [...[result['type'] ?? []].flat(), 'null'];
    if (Array.isArray(result['enum'])) result['enum'] = [...(result['enum'] as unknown[]), null];
  }
  if (schema['x-kubernetes-embedded-resource']) {
    result['required'] = [...((result['required'] as string[] | undefined) ?? []), 'apiVersion', 'kind'];
  }
  if (typeof result['format'] === 'string' && !Object.hasOwn(formats, result['format'])) delete result['format'];
  return result;
}

const dropped = new Set(['default', 'description', 'title', 'example', 'externalDocs', 'nullable']);
const schemaMaps = new Set(['properties', 'patternProperties', 'definitions']);
const schemaLists = new Set(['allOf', 'anyOf', 'oneOf']);
const schemas = new Set(['items', 'not', 'additionalProperties', 'additionalItems']);
const bounds = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const;

function mapValues(map: Record<string, Schema>, change: (schema: Schema) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, change(schema)]));
}

/** Why a branch of an alternative does not fit is not told, only that none does. */
function isOutermost({ schemaPath }: ErrorObject): boolean {
  return !/\/(anyOf|oneOf|not)\//.test(schemaPath);
}

function fieldOf(instancePath: string): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}

function causeOf(error: ErrorObject): StatusCause {
  const { keyword, params, data } = error;
  const field = fieldOf(error.instancePath);
  if (keyword === 'required') {
    const missing = String(params['missingProperty']);
    return {
      reason: 'FieldValueRequired',
      field: field === '' ? missing : `${field}.${missing}`,
      message: 'Required value',
    };
  }
  if (keyword === 'enum') {
    const supported = (params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ');
    return {
      reason: 'FieldValueNotSupported',
      field,
      message: `Unsupported value: ${JSON.stringify(data)}: supported values: ${supported}`,
    };
  }
  const isType = keyword === 'type';
  const shown = isType ? JSON.stringify(typeOf(data)) : JSON.stringify(data);
  return {
    reason: isType ? 'FieldValueTypeInvalid' : 'FieldValueInvalid',
    field: field || '<nil>',
    message: `Invalid value: ${shown}: ${field} in body ${problemOf(error)}`,
  };
}

function problemOf({ keyword, params, data, message }: ErrorObject): string {
  const { limit } = params as { limit?: number };
  switch (keyword) {
    case 'type':
      return `must be of type ${[params['type'] as string]
        .flat()
        .filter((type) => type !== 'null')
        .join(',')}: ${JSON.stringify(typeOf(data))}`;
    case 'minimum':
      return `should be greater than or equal to ${limit}`;
    case 'maximum':
      return `should be less than or equal to ${limit}`;
    case 'exclusiveMinimum':
      return `should be greater than ${limit}`;
    case 'exclusiveMaximum':
      return `should be less than ${limit}`;
    case 'pattern':
      return `should match '${String(params['pattern'])}'`;
    case 'format':
      return `must be of type ${String(params['format'])}: ${JSON.stringify(data)}`;
    case 'minLength':
      return `should be at least ${limit} chars long`;
    case 'maxLength':
      return `should be at most ${limit} chars long`;
    case 'minItems':
      return `should have at least ${limit} items`;
    case 'maxItems':
      return `should have at most ${limit} items`;
    case 'uniqueItems':
      return "shouldn't contain duplicates";
    case 'minProperties':
      return `should have at least ${limit} properties`;
    case 'maxProperties':
      return `should have at most ${limit} properties`;
    case 'multipleOf':
      return `should be a multiple of ${String(params['multipleOf'])}`;
    case 'oneOf':
      return params['passingSchemas'] === null
        ? 'must validate one and only one schema (oneOf). Found none valid'
        : 'must validate one and only one schema (oneOf). Found 2 valid alternatives';
    case 'anyOf':
      return 'must validate at least one schema (anyOf)';
    case 'not':
      return 'must not validate the schema (not)';
    default:
      return message ?? keyword;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

/** Items of sets and keyed lists that are there twice. */
function duplicates(node: SchemaNode | undefined, value: Json, path: string): StatusCause[] {
  if (!node) return [];
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([name, child]) =>
      duplicates(node.property(name), child, path === '' ? name : `${path}.${name}`),
    );
  }
  if (!Array.isArray(value)) return [];
  const type = listTypeOf(node);
  const keyOf = (item: Json): Json =>
    type.kind === 'map' && isJsonObject(item)
      ? Object.fromEntries(type.keys.map((key) => [key, item[key] ?? null]))
      : item;
  const own = type.kind === 'atomic' ? [] : value.map(keyOf);
  const causes = own.flatMap((key, index) =>
    own.findIndex((other) => deepEqual(other, key)) < index
      ? [
          {
            reason: 'FieldValueDuplicate',
            field: `${path}[${index}]`,
            message: `Duplicate value: ${JSON.stringify(key)}`,
          },
        ]
      : [],
  );
  return [...causes, ...value.flatMap((item, index) => duplicates(node.items, item, `${path}[${index}]`))];
}
