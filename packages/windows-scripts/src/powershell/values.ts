import type { Node } from 'web-tree-sitter';
import type { Session } from './session.js';

/** A table of PowerShell, `@{ ... }`: keys are the same whatever their case. */
export class Table {
  readonly #entries = new Map<string, readonly [string, Value]>();

  get(key: Value): Value {
    return this.#entries.get(textOf(key).toLowerCase())?.[1] ?? null;
  }

  set(key: Value, value: Value): void {
    this.#entries.set(textOf(key).toLowerCase(), [textOf(key), value]);
  }

  has(key: Value): boolean {
    return this.#entries.has(textOf(key).toLowerCase());
  }

  entries(): readonly (readonly [string, Value])[] {
    return [...this.#entries.values()];
  }
}

/** A script block with the session that it was written in. */
export class Block {
  readonly node: Node;
  readonly session: Session;

  constructor(node: Node, session: Session) {
    this.node = node;
    this.session = session;
  }
}

/** What `[Name]` is. */
export class TypeName {
  readonly name: string;

  constructor(name: string) {
    this.name = name.toLowerCase();
  }
}

export type Method = (...args: Value[]) => Value;

/** An object with properties and methods. */
export interface PsObject {
  readonly [name: string]: Value | Method;
}

export type Value = string | number | boolean | null | readonly Value[] | Table | Block | TypeName | PsObject;

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isObject = (value: Value): value is PsObject =>
  typeof value === 'object' &&
  value !== null &&
  !isList(value) &&
  !(value instanceof Table) &&
  !(value instanceof Block) &&
  !(value instanceof TypeName);

/** What goes into a pipeline: a list as its members, nothing as nothing. */
export function unrolled(value: Value): readonly Value[] {
  return isList(value) ? value : [value];
}

/** What comes out of a pipeline: nothing, the one, or a list. */
export function collapsed(values: readonly Value[]): Value {
  if (values.length > 1) return values;
  return values[0] ?? null;
}

export function truthOf(value: Value): boolean {
  if (isList(value)) return value.length > 1 || (value.length === 1 && truthOf(value[0] ?? null));
  return value !== null && value !== false && value !== 0 && value !== '';
}

export function textOf(value: Value): string {
  if (value === null) return '';
  if (isList(value)) return value.map(textOf).join(' ');
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'object') return isObject(value) && typeof value['text'] === 'string' ? value['text'] : 'object';
  return String(value);
}

/** As `-eq` compares: text whatever its case, and the right side as the left one's kind. */
export function sameValue(left: Value, right: Value): boolean {
  if (typeof left === 'boolean') return left === truthOf(right);
  if (left === null || right === null) return left === right;
  if (typeof left === 'number') return left === Number(textOf(right));
  if (typeof left === 'string') return left.toLowerCase() === textOf(right).toLowerCase();
  return left === right;
}
