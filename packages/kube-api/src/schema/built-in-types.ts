import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { apiServiceDefinitions } from './api-service-schema.js';
import { endpointSliceV1beta1 } from './endpoint-slice-schema.js';
import { atomicDefinitions, mergeKeys } from './merge-keys.js';
import { parseDeclarations, schemaOfType, type Declarations, type DeclaredType } from './parse-declarations.js';
import { refTo, type Definitions, type Schema } from './schema.js';

const modules = [
  'core/v1',
  'apps/v1',
  'discovery/v1',
  'networking/v1',
  'coordination/v1',
  'rbac/v1',
  'policy/v1',
  'autoscaling/v1',
  'apiextensions/v1',
  'admissionregistration/v1',
  'authentication/v1',
  'authorization/v1',
  'meta/v1',
  'api/resource',
  'runtime',
];

/** Types that are something else in JSON than their declaration can say. */
const special: Readonly<Record<string, Schema>> = {
  'api/resource.Quantity': { type: 'string', 'x-kubernetes-quantity': true },
  'meta/v1.Time': { type: 'string', format: 'date-time' },
  'meta/v1.MicroTime': { type: 'string', format: 'date-time' },
  'meta/v1.FieldsV1': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'apiextensions/v1.JSON': { 'x-kubernetes-preserve-unknown-fields': true },
  'runtime.RawExtension': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
};

let loaded: Definitions | undefined;

/** The schemas of Kubernetes' own types, by their names in its OpenAPI document. Read when first asked for. */
export function builtInDefinitions(): Definitions {
  loaded ??= load();
  return loaded;
}

function load(): Definitions {
  const root = dirname(createRequire(import.meta.url).resolve('kubernetes-types/package.json'));
  const definitions = new Map<string, Schema>();
  for (const module of modules) {
    const declarations = parseDeclarations(readFileSync(join(root, `${module}.d.ts`), 'utf8'));
    for (const [name, type] of declarations.types) {
      const definition = definitionName(module, name);
      definitions.set(definition, special[`${module}.${name}`] ?? schemaOf(module, declarations, definition, type));
    }
  }
  for (const [name, schema] of Object.entries(apiServiceDefinitions)) {
    definitions.set(name, withMergeKeys(name, schema));
  }
  for (const [name, schema] of endpointSliceV1beta1(definitions)) definitions.set(name, schema);
  return definitions;
}

function schemaOf(module: string, declarations: Declarations, definition: string, type: DeclaredType): Schema {
  const refOf = (name: string): Schema => {
    const from = declarations.imports.get(name);
    const home = from === undefined ? module : posix.join(posix.dirname(module), from);
    const known = special[`${home}.${name}`];
    return known ?? { $ref: refTo(definitionName(home, name)) };
  };
  const described = type.description === '' ? {} : { description: type.description };
  if (type.kind === 'alias') return { ...described, ...schemaOfType(type.type, refOf) };
  const properties = Object.fromEntries(
    type.fields.map(({ name, description, type: fieldType }) => {
      const schema = schemaOfType(fieldType, refOf);
      return [
        name,
        {
          ...(isFloat(definition, name) ? { type: 'number', format: 'double' } : schema),
          ...(description ? { description } : {}),
        },
      ];
    }),
  );
  const required = type.fields.filter((field) => field.required).map(({ name }) => name);
  return withMergeKeys(definition, {
    ...described,
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties: { ...properties, ...leftOut[definition] },
    ...(atomicDefinitions.has(definition) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  });
}

function withMergeKeys(definition: string, schema: Schema): Schema {
  const keys = mergeKeys[definition];
  if (!keys) return schema;
  const properties = { ...schema.properties };
  for (const [field, rule] of Object.entries(keys)) {
    const property = properties[field];
    if (property) properties[field] = { ...property, ...rule };
  }
  return { ...schema, properties };
}

const texts = (description: string): Schema => ({ type: 'array', items: { type: 'string' }, description });
const free: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

/** Fields that the declarations leave out, though the types have them. */
const leftOut: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps': {
    'x-kubernetes-preserve-unknown-fields': { type: 'boolean' },
    'x-kubernetes-embedded-resource': { type: 'boolean' },
    'x-kubernetes-int-or-string': { type: 'boolean' },
    'x-kubernetes-list-type': { type: 'string' },
    'x-kubernetes-list-map-keys': { type: 'array', items: { type: 'string' } },
    'x-kubernetes-map-type': { type: 'string' },
    'x-kubernetes-validations': { type: 'array', items: { type: 'object', ...free } },
  },
  'io.k8s.api.admissionregistration.v1.RuleWithOperations': {
    resources: texts('Resources that the rule is about; `pods/status` is a subresource, a star stands for all.'),
    scope: { type: 'string', description: 'Cluster, Namespaced, or * for both, which is the default.' },
  },
  'io.k8s.api.authorization.v1.ResourceRule': {
    resources: texts('Resources that the rule is about; a star stands for all.'),
    verbs: texts('Verbs that the rule is about; a star stands for all.'),
  },
};

const floats = new Set(['maximum', 'minimum', 'multipleOf']);

function isFloat(definition: string, field: string): boolean {
  return definition.endsWith('.JSONSchemaProps') && floats.has(field);
}

/** The name of a type in Kubernetes' OpenAPI document. */
export function definitionName(module: string, type: string): string {
  const [group = '', version] = module.split('/');
  switch (group) {
    case 'meta':
      return `io.k8s.apimachinery.pkg.apis.meta.${version}.${type}`;
    case 'api':
      return `io.k8s.apimachinery.pkg.api.resource.${type}`;
    case 'runtime':
      return `io.k8s.apimachinery.pkg.runtime.${type}`;
    case 'apiextensions':
      return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${type}`;
    case 'apiregistration':
      return `io.k8s.kube-aggregator.pkg.apis.apiregistration.${version}.${type}`;
    default:
      return `io.k8s.api.${group}.${version}.${type}`;
  }
}
