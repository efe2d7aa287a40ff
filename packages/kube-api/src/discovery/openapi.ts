import { isCustom, type ResourceRegistry } from '../resources/registry.js';
import type { ApiResource } from '../resources/resource.js';
import { builtInDefinitions } from '../schema/built-in-types.js';
import { customSchema, definitionOf } from '../schema/resource-schema.js';
import { definitionIn, refTo, type Schema } from '../schema/schema.js';
import { serverVersion } from '../version.js';
import { encodeOpenapiV2 } from './openapi-v2-protobuf.js';

const info = { title: 'Kubernetes', version: serverVersion.gitVersion };

/** The OpenAPI documents of what is served; made when asked for, again when resources have changed. */
export class OpenapiDocuments {
  readonly #registry: ResourceRegistry;
  #revision = 0;
  #made = new Map<string, Buffer>();

  constructor(registry: ResourceRegistry) {
    this.#registry = registry;
  }

  /** The OpenAPI 2 document, as JSON or, for kubectl, as the protocol buffer that it insists on. */
  v2(accept: string): { contentType: string; body: Buffer } {
    if (accept.includes('application/com.github.proto-openapi.spec.v2')) {
      const body = this.#once('v2/protobuf', () =>
        Buffer.from(encodeOpenapiV2(definitionsOf(this.#resources()), this.#resources(), serverVersion.gitVersion)),
      );
      return { contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf', body };
    }
    const body = this.#once('v2/json', () => {
      const definitions = Object.fromEntries(definitionsOf(this.#resources()));
      return Buffer.from(JSON.stringify({ swagger: '2.0', info, paths: {}, definitions }));
    });
    return { contentType: 'application/json', body };
  }

  /** Where the OpenAPI 3 document of each group and version is. */
  v3Index(): object {
    const paths = [...this.#registry.groups()].flatMap(([group, versions]) =>
      versions.map((version) => pathOf(group, version)),
    );
    // Clients keep a document for as long as its address is the same.
    const { revision } = this.#registry;
    const entries = paths.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${revision}` }]);
    return { paths: Object.fromEntries(entries) };
  }

  /** The OpenAPI 3 document of one group and version, by its path. */
  v3(path: string): Buffer | undefined {
    const resources = this.#resources().filter(({ group, version }) => pathOf(group, version) === path);
    if (resources.length === 0) return undefined;
    return this.#once(`v3/${path}`, () => {
      const schemas = [...definitionsOf(resources)].map(([name, schema]) => [name, inV3(schema)]);
      const paths = Object.fromEntries(resources.flatMap((resource) => pathItems(path, resource)));
      const document = { openapi: '3.0.0', info, paths, components: { schemas: Object.fromEntries(schemas) } };
      return Buffer.from(JSON.stringify(document));
    });
  }

  #resources(): readonly ApiResource[] {
    return this.#registry.all();
  }

  #once(name: string, make: () => Buffer): Buffer {
    if (this.#revision !== this.#registry.revision) {
      this.#made = new Map();
      this.#revision = this.#registry.revision;
    }
    const known = this.#made.get(name) ?? make();
    this.#made.set(name, known);
    return known;
  }
}

function pathOf(group: string, version: string): string {
  return group ? `apis/${group}/${version}` : `api/${version}`;
}

/** The definitions of resources and everything that these refer to. */
function definitionsOf(resources: readonly ApiResource[]): Map<string, Schema> {
  const known = builtInDefinitions();
  const found = new Map<string, Schema>();
  const add = (name: string): void => {
    const schema = known.get(name);
    if (!schema || found.has(name)) return;
    found.set(name, schema);
    addReferences(schema);
  };
  const addReferences = (schema: Schema): void => {
    if (typeof schema.$ref === 'string') add(definitionIn(schema.$ref));
    for (const part of partsOf(schema)) addReferences(part);
  };
  for (const resource of resources) {
    const { group, version, kind } = resource;
    const name = definitionOf(resource);
    const schema = isCustom(resource) ? customSchema(resource) : known.get(name);
    if (!schema) continue;
    addReferences(schema);
    found.set(name, { ...schema, 'x-kubernetes-group-version-kind': [{ group, kind, version }] });
  }
  return found;
}

function partsOf({ properties, items, additionalProperties }: Schema): readonly Schema[] {
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
}

/** In OpenAPI 3 nothing may stand beside a reference, which therefore goes into an `allOf`. */
function inV3(schema: Schema): Schema {
  const { $ref, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(typeof $ref === 'string' ? { allOf: [{ $ref: `#/components/schemas/${definitionIn($ref)}` }] } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inV3(part)])) }
      : {}),
    ...(items ? { items: inV3(items) } : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object' ? inV3(additionalProperties) : additionalProperties,
        }),
  };
}

/** Just what clients look for: that writes take `fieldValidation`, so that they leave validation to the server. */
function pathItems(path: string, resource: ApiResource): [string, object][] {
  const { group, version, kind, namespaced, plural } = resource;
  const base = `/${path}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`;
  const gvk = { 'x-kubernetes-group-version-kind': { group, version, kind } };
  const query = (name: string): object => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(query);
  const $ref = refTo(definitionOf(resource)).replace('#/definitions/', '#/components/schemas/');
  const content = { 'application/json': { schema: { $ref } } };
  const operation = (action: string): object => ({
    'x-kubernetes-action': action,
    ...gvk,
    parameters,
    responses: { 200: { description: 'OK', content } },
  });
  return [
    [base, { get: operation('list'), post: operation('post') }],
    [
      `${base}/{name}`,
      { get: operation('get'), put: operation('put'), patch: operation('patch'), delete: operation('delete') },
    ],
  ];
}
