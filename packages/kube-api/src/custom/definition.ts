import { type ApiObject, at, isJsonObject, type Json, type JsonObject, textAt } from '../object.js';
import type { CustomResource, PrinterColumn } from '../resources/registry.js';
import type { Schema } from '../schema/schema.js';
import type { StatusCause } from '../status.js';
import { fillDefaults, prune, structuralProblems } from './structural-schema.js';
import { createValidator } from './validator.js';

export interface Names {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object; readonly scale?: CustomResource['scale'] };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
}

/** What a CustomResourceDefinition says, once it is checked. */
export interface DefinitionSpec {
  readonly group: string;
  readonly names: Names;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly versions: readonly Version[];
}

export function specOf(definition: ApiObject): DefinitionSpec {
  return definition['spec'] as DefinitionSpec;
}

/** Names and strategy that a definition need not say. */
export function definitionDefaults(spec: JsonObject): JsonObject {
  const names = isJsonObject(spec['names']) ? spec['names'] : {};
  const kind = typeof names['kind'] === 'string' ? names['kind'] : '';
  return {
    conversion: { strategy: 'None' },
    ...spec,
    names: { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names },
  };
}

const required = (field: string, why = ''): StatusCause => ({
  reason: 'FieldValueRequired',
  field,
  message: `Required value${why === '' ? '' : `: ${why}`}`,
});

/** What is wrong with a definition. */
export function definitionProblems(definition: ApiObject): StatusCause[] {
  const spec = definition['spec'];
  if (!isJsonObject(spec)) return [required('spec')];
  const problems: StatusCause[] = [];
  for (const path of [['group'], ['scope'], ['names', 'kind'], ['names', 'plural']]) {
    if (!at(spec, ...path)) problems.push(required(`spec.${path.join('.')}`));
  }
  const { scope } = spec;
  if (scope && scope !== 'Cluster' && scope !== 'Namespaced') {
    problems.push(unsupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  }
  const { name } = definition.metadata;
  if (name !== `${textAt(spec, 'names', 'plural')}.${textAt(spec, 'group')}`) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: ${JSON.stringify(name)}: must be spec.names.plural+"."+spec.group`,
    });
  }
  const strategy = at(spec, 'conversion', 'strategy');
  if (strategy !== 'None') problems.push(unsupported('spec.conversion.strategy', strategy as Json, ['None']));
  if (spec['preserveUnknownFields'] === true) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'spec.preserveUnknownFields',
      message: 'Invalid value: true: must be false',
    });
  }
  return [...problems, ...versionProblems(spec['versions'])];
}

function unsupported(field: string, value: Json, supported: readonly string[]): StatusCause {
  const list = supported.map((known) => JSON.stringify(known)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}

function versionProblems(versions: unknown): StatusCause[] {
  if (!Array.isArray(versions) || versions.length === 0) return [required('spec.versions')];
  const problems: StatusCause[] = [];
  if (versions.filter((version) => at(version, 'storage') === true).length !== 1) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'spec.versions',
      message: `Invalid value: ${JSON.stringify(versions.map((version) => at(version, 'name')))}: must have exactly one version marked as storage version`,
    });
  }
  for (const [index, version] of versions.entries()) {
    const path = `spec.versions[${index}]`;
    if (!at(version, 'name')) problems.push(required(`${path}.name`));
    const schema = at(version, 'schema', 'openAPIV3Schema');
    const schemaPath = `${path}.schema.openAPIV3Schema`;
    if (!isJsonObject(schema)) problems.push(required(schemaPath, 'schemas are required'));
    else problems.push(...schemaProblems(schema, schemaPath));
  }
  return problems;
}

function schemaProblems(schema: Schema, path: string): StatusCause[] {
  const structural = structuralProblems(schema, path).map(({ field, why }) => required(field, why));
  if (structural.length > 0) return structural;
  try {
    createValidator(schema);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ reason: 'FieldValueInvalid', field: path, message: `Invalid value: the schema cannot be used: ${why}` }];
  }
}

/** The resources that a definition makes, one for each served version. */
export function resourcesOf(definition: ApiObject): CustomResource[] {
  const { group, names, scope, versions } = specOf(definition);
  return versions
    .filter(({ served }) => served)
    .map((version) => {
      const schema: Schema = version.schema?.openAPIV3Schema ?? {};
      const validate = createValidator(schema);
      const scale = version.subresources?.scale;
      return {
        group,
        version: version.name,
        kind: names.kind,
        plural: names.plural,
        singular: names.singular,
        shortNames: names.shortNames ?? [],
        categories: names.categories ?? [],
        namespaced: scope === 'Namespaced',
        status: version.subresources?.status !== undefined,
        generation: true,
        selectableFields: [],
        columns: version.additionalPrinterColumns ?? [],
        schema,
        ...(scale ? { scale } : {}),
        prune(object: JsonObject) {
          const unknownFields: string[] = [];
          return { value: prune(schema, object, unknownFields) as JsonObject, unknownFields };
        },
        withDefaults: (object: ApiObject) => fillDefaults(schema, object as unknown as Json) as unknown as ApiObject,
        problems: (object: ApiObject) => validate(object as unknown as Json),
      };
    });
}
