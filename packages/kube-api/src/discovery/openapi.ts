import { isCustom, type ResourceRegistry } from '../resources/registry.js';
import { apiVersionOf, type ApiResource } from '../resources/resource.js';
import { encodeOpenapiV2 } from './openapi-v2-protobuf.js';

/** A schema as JSON Schema has it, with Kubernetes' extensions. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** Name of a resource's definition. */
function definitionName({ group, version, kind }: ApiResource): string {
  const reversed = (group || 'core.k8s.io').split('.').toReversed().join('.');
  return `${reversed}.${version}.${kind}`;
}

/** What the API knows of an object's fields: everything for custom resources, the outline for built-in ones. */
function schemaOf(resource: ApiResource): Schema {
  const { group, version, kind } = resource;
  const own = isCustom(resource) ? resource.schema : undefined;
  const properties = (own?.['properties'] ?? {}) as Record<string, Schema>;
  return {
    type: 'object',
    ...own,
    description: own?.['description'] ?? `${kind} of ${apiVersionOf(resource)}`,
    properties: {
      apiVersion: { type: 'string', description: 'The versioned schema of this representation of an object.' },
      kind: { type: 'string', description: 'The REST resource this object represents.' },
      metadata: { type: 'object', description: "Standard object's metadata." },
      ...(own ? {} : outline(resource)),
      ...withoutMeta(properties),
    },
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
  };
}

function withoutMeta({
  apiVersion: _a,
  kind: _k,
  metadata: _m,
  ...rest
}: Record<string, Schema>): Record<string, Schema> {
  return rest;
}

function outline({ status }: ApiResource): Record<string, Schema> {
  const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { spec: free, ...(status ? { status: free } : {}) };
}

/** The OpenAPI 2 document, as JSON or, for kubectl, as the protocol buffer that it insists on. */
export function openapiV2(registry: ResourceRegistry, accept: string): { contentType: string; body: Buffer } {
  const definitions = new Map(registry.all().map((resource) => [definitionName(resource), schemaOf(resource)]));
  if (accept.includes('application/com.github.proto-openapi.spec.v2')) {
    return {
      contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      body: Buffer.from(encodeOpenapiV2(definitions)),
    };
  }
  const document = { swagger: '2.0', info, paths: {}, definitions: Object.fromEntries(definitions) };
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(document)) };
}

const info = { title: 'Kubernetes', version: 'v1.22.0' };

function pathOf(group: string, version: string): string {
  return group ? `apis/${group}/${version}` : `api/${version}`;
}

/** Where the OpenAPI 3 document of each group and version is. */
export function openapiV3Index(registry: ResourceRegistry): object {
  const paths = [...registry.groups()].flatMap(([group, versions]) =>
    versions.map((version) => pathOf(group, version)),
  );
  return { paths: Object.fromEntries(paths.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }])) };
}

/** The OpenAPI 3 document of one group and version, by its path. */
export function openapiV3Document(registry: ResourceRegistry, path: string): object | undefined {
  const resources = registry.all().filter(({ group, version }) => pathOf(group, version) === path);
  if (resources.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info,
    paths: Object.fromEntries(resources.flatMap((resource) => pathItems(path, resource))),
    components: {
      schemas: Object.fromEntries(resources.map((resource) => [definitionName(resource), schemaOf(resource)])),
    },
  };
}

/** Just what clients look for: that writes take `fieldValidation`, so that they leave validation to the server. */
function pathItems(path: string, resource: ApiResource): [string, object][] {
  const { group, version, kind, namespaced, plural } = resource;
  const base = `/${path}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`;
  const gvk = { 'x-kubernetes-group-version-kind': { group, version, kind } };
  const query = (name: string): object => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(query);
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${definitionName(resource)}` } } };
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
