import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// The generator is a user of the package, so it takes it by its name, as built.
// eslint-disable-next-line @nx/enforce-module-boundaries
import { parseSchema, type Json } from '@antrea-ts/ovsdb';
import { renderSchemaModule } from './render.js';

const [packageDir = '.'] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(join(packageDir, 'codegen/vswitch.ovsschema'), 'utf8')) as Json;
const outDir = join(packageDir, 'src/generated');
mkdirSync(outDir, { recursive: true });
writeFileSync(join(outDir, 'vswitch.ts'), renderSchemaModule(parseSchema(schema), 'codegen/vswitch.ovsschema'));
