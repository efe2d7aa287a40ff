import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { customResourceDefinition } from './definition.js';
import { legacyKinds } from './legacy-kinds.js';
import { policyKinds } from './policy-kinds.js';
import type { Schema } from './schema.js';

const files = [
  ...policyKinds.map((kind) => [kind.plural, kind] as const),
  ...legacyKinds.map((kind) => [`legacy-${kind.plural}`, kind] as const),
];

/** The files are made from the kinds; `UPDATE_CRDS=1` makes them anew. */
describe('crds', () => {
  it.each(files)('%s.yaml is as its kind says', (name, kind) => {
    const file = new URL(`../../crds/${name}.yaml`, import.meta.url);
    const expected = customResourceDefinition(kind);
    if (process.env['UPDATE_CRDS']) writeFileSync(file, stringify(expected, { aliasDuplicateObjects: false }));
    expect(parse(readFileSync(file, 'utf8'))).toEqual(expected);
  });
});

/** Paths of fields about which `kubectl explain` would say nothing. */
function undescribed(schema: Schema, path = ''): string[] {
  const {
    properties = {},
    items,
    description,
  } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
    readonly description?: string;
  };
  const inner = Object.entries(properties).flatMap(([name, each]) => undescribed(each, `${path}.${name}`));
  const isNamed = path !== '' && !path.endsWith('[]');
  return [...(isNamed && !description ? [path] : []), ...inner, ...(items ? undescribed(items, `${path}[]`) : [])];
}

it.each(files)('every field of %s says what it is', (_, { versions, description }) => {
  for (const { schema } of versions) expect(undescribed(schema)).toEqual([]);
  expect(description).toMatch(/^[A-Z].*\.$/);
});
