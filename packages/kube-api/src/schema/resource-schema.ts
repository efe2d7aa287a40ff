import { isCustom, type CustomResource } from '../resources/registry.js';
import type { ApiResource } from '../resources/resource.js';
import { builtInDefinitions, definitionName } from './built-in-types.js';
import { refTo, SchemaNode, type Schema } from './schema.js';

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const nodes = new WeakMap<ApiResource, SchemaNode>();

/** Name of a resource's definition in the OpenAPI document. */
export function definitionOf(resource: ApiResource): string {
  const { group, version, kind } = resource;
  if (isCustom(resource)) return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
  const module = group === '' ? 'core' : (group.split('.')[0] ?? '');
  return definitionName(`${module}/${version}`, kind);
}

/** What the API knows of a resource's fields. */
export function schemaOf(resource: ApiResource): SchemaNode {
  let node = nodes.get(resource);
  if (!node) {
    const definitions = builtInDefinitions();
    const schema = isCustom(resource) ? customSchema(resource) : { $ref: refTo(definitionOf(resource)) };
    node = new SchemaNode(schema, definitions);
    nodes.set(resource, node);
  }
  return node;
}

/** A custom resource's own schema with what every object has. */
export function customSchema({ schema, kind, group, version }: CustomResource): Schema {
  return {
    type: 'object',
    ...(schema ?? { 'x-kubernetes-preserve-unknown-fields': true }),
    description: schema?.['description'] ?? `${kind} of ${group}/${version}`,
    properties: {
      apiVersion: { type: 'string', description: 'The versioned schema of this representation of an object.' },
      kind: { type: 'string', description: 'The REST resource this object represents.' },
      ...schema?.['properties'],
      metadata: { $ref: refTo(objectMeta), description: "Standard object's metadata." },
    },
  };
}
