import { describe, expect, it } from 'vitest';
import { builtInResources } from '../resources/built-in.js';
import { builtInDefinitions } from './built-in-types.js';
import { atomicDefinitions, mergeKeys } from './merge-keys.js';
import { definitionOf } from './resource-schema.js';
import { definitionIn, type Schema } from './schema.js';

const definitions = builtInDefinitions();

function references(schema: Schema): string[] {
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ];
  return [...(typeof schema.$ref === 'string' ? [definitionIn(schema.$ref)] : []), ...below.flatMap(references)];
}

describe('the types of Kubernetes', () => {
  it.each(builtInResources.map((resource) => [definitionOf(resource), resource] as const))('has %s', (name) => {
    expect(definitions.get(name)?.properties).toHaveProperty('metadata');
  });

  it('refers to nothing that is not there', () => {
    const missing = [...definitions.values()].flatMap(references).filter((name) => !definitions.has(name));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('has every field for which it is said how lists merge', () => {
    for (const [name, fields] of Object.entries(mergeKeys)) {
      for (const [field, rule] of Object.entries(fields)) {
        expect(definitions.get(name)?.properties?.[field], `${name}.${field}`).toMatchObject(rule);
      }
    }
    for (const name of atomicDefinitions) expect(definitions.has(name), name).toBe(true);
  });

  it.each([
    ['io.k8s.api.core.v1.Container', 'resources', { $ref: '#/definitions/io.k8s.api.core.v1.ResourceRequirements' }],
    ['io.k8s.api.core.v1.ServicePort', 'targetPort', { format: 'int-or-string' }],
    ['io.k8s.api.core.v1.PodSpec', 'nodeSelector', { type: 'object', additionalProperties: { type: 'string' } }],
    ['io.k8s.api.core.v1.ResourceRequirements', 'limits', { additionalProperties: { 'x-kubernetes-quantity': true } }],
    ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps', 'maximum', { type: 'number' }],
  ])('%s.%s', (name, field, expected) => {
    expect(definitions.get(name)?.properties?.[field]).toMatchObject(expected);
  });
});
