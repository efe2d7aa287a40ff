import { isOvsdbError, missingFromSchema, openVSwitchSchema, type DatabaseSchema } from '@antrea-ts/ovsdb';
import { OvsError } from '../errors.js';
import { monitoredColumns } from './monitored.js';

const schemaRemedy =
  'use Open vSwitch 2.14 or newer, whose "ovs-ctl start" creates the database or converts it to the current schema';

/** Throws an `OvsError` `schema` that lists what the server's schema lacks of what we read. */
export function checkSchema(schema: DatabaseSchema, path: string): void {
  const missing = missingFromSchema(schema, monitoredColumns, openVSwitchSchema);
  if (missing.length === 0) return;
  const message = `database ${schema.name} at ${path} has schema ${schema.version}, which lacks ${missing.join(', ')}`;
  throw new OvsError('schema', message, {
    remedy: schemaRemedy,
  });
}

/** A server without the database at all as an `OvsError` `schema`; any other error stays as it is. */
export function explainNoDatabase(error: unknown, database: string, path: string): unknown {
  if (!isOvsdbError(error, 'unknown database')) return error;
  const message = `ovsdb-server at ${path} has no database ${database}`;
  return new OvsError('schema', message, { remedy: schemaRemedy, cause: error });
}

/** Errors of a first connection that trying again cannot mend while nobody changes the machine. */
export function isHopeless(error: unknown): boolean {
  return error instanceof OvsError && (error.code === 'schema' || error.code === 'permission');
}
