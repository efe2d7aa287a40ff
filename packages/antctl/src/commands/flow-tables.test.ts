import { tableDisplayName, tableIds } from '@antrea-ts/pipeline';
import { expect, it } from 'vitest';
import { flowTables } from './flow-tables.js';

// The pipeline itself takes too long to load for `--help` and completion.
it('has the tables of the pipeline', () => {
  expect(flowTables).toEqual(Object.fromEntries(Object.values(tableIds).map((id) => [tableDisplayName(id), id])));
});
