import type { Schema } from './schema.js';

/** What one declaration file says: its types, and which names it takes from which other file. */
export interface Declarations {
  readonly types: ReadonlyMap<string, DeclaredType>;
  readonly imports: ReadonlyMap<string, string>;
}

export type DeclaredType =
  | { readonly kind: 'interface'; readonly description: string; readonly fields: readonly Field[] }
  | { readonly kind: 'alias'; readonly description: string; readonly type: string };

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly type: string;
}

/**
 * Reads the declarations of `kubernetes-types`. They are made by a program from Kubernetes' own OpenAPI document, one
 * field a line, so that reading lines is enough; a form that is not known is an error, which a test would show.
 */
export function parseDeclarations(text: string): Declarations {
  const types = new Map<string, DeclaredType>();
  const imports = new Map<string, string>();
  const lines = text.split('\n');
  let description = '';
  let at = 0;
  while (at < lines.length) {
    const line = (lines[at++] ?? '').trim();
    if (line === '') continue;
    if (line.startsWith('/**')) {
      const comment = readComment(lines, at - 1);
      description = comment.text;
      at = comment.next;
      continue;
    }
    const imported = /^import \{ (.*) \} from "(.*)";$/.exec(line);
    const opened = /^export interface (\w+)(?: extends \w+)? \{$/.exec(line);
    const alias = /^export type (\w+) = (.*);$/.exec(line);
    if (imported) for (const name of (imported[1] ?? '').split(', ')) imports.set(name, imported[2] ?? '');
    else if (alias) types.set(alias[1] ?? '', { kind: 'alias', description, type: alias[2] ?? '' });
    else if (opened) {
      const { fields, next } = readFields(lines, at);
      types.set(opened[1] ?? '', { kind: 'interface', description, fields });
      at = next;
    } else if (!line.startsWith('export ')) throw new Error(`a declaration of an unknown form: ${line}`);
    description = '';
  }
  return { types, imports };
}

function readFields(lines: readonly string[], start: number): { fields: Field[]; next: number } {
  const fields: Field[] = [];
  let description = '';
  let at = start;
  while (at < lines.length) {
    const line = (lines[at++] ?? '').trim();
    if (line === '}') return { fields, next: at };
    if (line.startsWith('/**')) {
      const comment = readComment(lines, at - 1);
      description = comment.text;
      at = comment.next;
      continue;
    }
    const field = /^(?:readonly )?"?([\w$-]+)"?(\?)?: (.*)$/.exec(line);
    if (!field) throw new Error(`a field of an unknown form: ${line}`);
    const [, name = '', optional, rest = ''] = field;
    let type = rest.replace(/;$/, '');
    if (type === '{') {
      type = `{ ${(lines[at] ?? '').trim()} }`;
      at += 2;
    }
    fields.push({ name, required: optional === undefined, description, type });
    description = '';
  }
  throw new Error('a declaration does not end');
}

function readComment(lines: readonly string[], start: number): { text: string; next: number } {
  const parts: string[] = [];
  for (let at = start; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim();
    parts.push(
      line
        .replace(/^\/\*\*\s?/, '')
        .replace(/\s*\*\/$/, '')
        .replace(/^\*\s?/, ''),
    );
    if (line.endsWith('*/')) return { text: parts.join('\n').trim(), next: at + 1 };
  }
  throw new Error('a comment does not end');
}

/** A declared type as schema; `refOf` says what a name stands for. */
export function schemaOfType(type: string, refOf: (name: string) => Schema): Schema {
  const list = /^Array<(.*)>$/.exec(type) ?? /^(\w+)\[\]$/.exec(type);
  if (list) return { type: 'array', items: schemaOfType(list[1] ?? '', refOf) };
  const map = /^\{ \[name: string\]: (.*); \}$/.exec(type);
  if (map) return { type: 'object', additionalProperties: schemaOfType(map[1] ?? '', refOf) };
  switch (type) {
    case 'string':
    case 'boolean':
      return { type };
    case 'number':
      return { type: 'integer', format: 'int64' };
    case 'number | string':
      return { type: 'string', format: 'int-or-string', 'x-kubernetes-int-or-string': true };
    case 'any':
    case 'object':
      return free;
  }
  if (/^"[^"]*"( \| "[^"]*")*$/.test(type)) return { type: 'string' };
  // A union of structures: whatever it is, it is kept.
  if (type.includes(' | ')) return free;
  return refOf(type);
}

const free: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
