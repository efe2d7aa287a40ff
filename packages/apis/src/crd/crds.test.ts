import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { customResourceDefinition } from './definition.js';
import { policyKinds } from './policy-kinds.js';

/** The files are made from the kinds; `UPDATE_CRDS=1` makes them anew. */
describe('crds', () => {
  it.each(policyKinds.map((kind) => [kind.plural, kind] as const))('%s.yaml is as its kind says', (plural, kind) => {
    const file = new URL(`../../crds/${plural}.yaml`, import.meta.url);
    const expected = customResourceDefinition(kind);
    if (process.env['UPDATE_CRDS']) writeFileSync(file, stringify(expected, { aliasDuplicateObjects: false }));
    expect(parse(readFileSync(file, 'utf8'))).toEqual(expected);
  });
});
