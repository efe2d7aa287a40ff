import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { customResourceDefinition } from './definition.js';
import { legacyKinds } from './legacy-kinds.js';
import { policyKinds } from './policy-kinds.js';

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
