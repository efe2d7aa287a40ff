import type { Json, JsonObject } from './json.js';

/** `where` clauses compare with these (RFC 7047 section 5.1 `<function>`). */
export type ConditionFunction = '<' | '<=' | '==' | '!=' | '>=' | '>' | 'includes' | 'excludes';

export type Mutator = '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete';

type WireCondition = readonly [string, ConditionFunction, Json];
type WireMutation = readonly [string, Mutator, Json];

/** An operation of a transaction as it goes onto the wire (RFC 7047 section 5.2). */
export type Operation =
  | { readonly op: 'insert'; readonly table: string; readonly row: JsonObject; readonly 'uuid-name'?: string }
  | {
      readonly op: 'select';
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly columns?: readonly string[];
    }
  | {
      readonly op: 'update';
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly row: JsonObject;
    }
  | {
      readonly op: 'mutate';
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly mutations: readonly WireMutation[];
    }
  | { readonly op: 'delete'; readonly table: string; readonly where: readonly WireCondition[] }
  | {
      readonly op: 'wait';
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly columns: readonly string[];
      readonly until: '==' | '!=';
      readonly rows: readonly JsonObject[];
      /** Milliseconds; without it the server waits for ever. */
      readonly timeout?: number;
    }
  | { readonly op: 'commit'; readonly durable: boolean }
  | { readonly op: 'abort' }
  | { readonly op: 'comment'; readonly comment: string }
  | { readonly op: 'assert'; readonly lock: string };

/** An operation in words, without values. */
export function describeOperation(operation: Operation): string {
  return 'table' in operation ? `${operation.op} ${operation.table}` : operation.op;
}
