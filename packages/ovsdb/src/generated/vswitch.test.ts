import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderSchemaModule } from '../../codegen/render.js';
import type { Json } from '../json.js';
import { missingFromSchema, parseSchema } from '../schema.js';
import { openVSwitchSchema } from './vswitch.js';

const here = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const schema = parseSchema(JSON.parse(here('../../codegen/vswitch.ovsschema')) as Json);

test('generating again gives the committed file (else run `npm run codegen`)', () => {
  expect(renderSchemaModule(schema, 'codegen/vswitch.ovsschema')).toBe(here('./vswitch.ts'));
});

test('the generated value is the parsed schema', () => {
  expect(openVSwitchSchema).toEqual(schema);
});

test('a schema that lacks something, or has it in another shape, is told by name', () => {
  const wanted = { Bridge: ['name', 'ports'], Interface: ['ofport', 'error'], Port: ['name'] };
  expect(missingFromSchema(schema, wanted, openVSwitchSchema)).toEqual([]);
  const { Bridge, Interface } = schema.tables;
  const { ports: _, ...columns } = Bridge?.columns ?? {};
  const ofport = { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false } as const;
  const other = {
    ...schema,
    tables: {
      Bridge: { isRoot: false, indexes: [], columns },
      Interface: { isRoot: false, indexes: [], columns: { ...Interface?.columns, ofport } },
    },
  };
  expect(missingFromSchema(other, wanted, openVSwitchSchema)).toEqual(['Bridge.ports', 'Interface.ofport', 'Port']);
});
