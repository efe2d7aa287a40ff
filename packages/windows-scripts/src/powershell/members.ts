import { ScriptError, UnknownSyntax } from './signals.js';
import { isList, isObject, Table, textOf, truthOf, unrolled, type Value } from './values.js';

/** `of.name`. A list has its count, and gives the property of its members, as PowerShell does. */
export function memberOf(of: Value, name: string): Value {
  const key = name.toLowerCase();
  if (key === 'count' || key === 'length') {
    if (isList(of)) return of.length;
    if (typeof of === 'string') return of.length;
    if (of instanceof Table) return of.entries().length;
  }
  if (of instanceof Table) return key === 'keys' ? of.entries().map(([each]) => each) : of.get(name);
  if (isList(of)) return of.map((each) => memberOf(each, name));
  if (isObject(of)) {
    if (key === 'psobject') return { Properties: Object.entries(of).map(([Name, value]) => ({ Name, Value: value })) };
    const found = Object.keys(of).find((each) => each.toLowerCase() === key);
    if (found !== undefined && typeof of[found] !== 'function') return of[found] as Value;
  }
  throw ScriptError.of(`The property '${name}' cannot be found on this object. Verify that the property exists.`);
}

export function staticMember(type: string, name: string): Value {
  return `${type.slice(1, -1)}::${name}`;
}

export function callMethod(of: Value, name: string, args: readonly Value[]): Value {
  if (typeof of === 'string') return callOfText(of, name, args);
  if (of instanceof Table && ['Contains', 'ContainsKey'].includes(name)) return of.has(args[0] ?? null);
  if (isObject(of)) {
    const method = of[name];
    if (typeof method === 'function') return method(...args);
  }
  throw new UnknownSyntax(`method ${name}`);
}

function callOfText(text: string, name: string, args: readonly Value[]): Value {
  const characters =
    args
      .map(textOf)
      .join('')
      .replaceAll(/[\]\\^-]/g, '\\$&') || '\\s';
  switch (name) {
    case 'Trim':
      return text.replaceAll(new RegExp(`^[${characters}]+|[${characters}]+$`, 'g'), '');
    case 'TrimEnd':
      return text.replace(new RegExp(`[${characters}]+$`), '');
    case 'ToLowerInvariant':
      return text.toLowerCase();
    default:
      throw new UnknownSyntax(`method ${name} of text`);
  }
}

/** A value as a type: `[int] '3'`, or a parameter that is declared so. */
export function cast(type: string, value: Value): Value {
  const name = type.slice(1, -1).toLowerCase();
  if (name.endsWith('[]')) return unrolled(value).map((each) => cast(`[${name.slice(0, -2)}]`, each));
  switch (name) {
    case 'void':
      return [];
    case 'string':
      return textOf(value);
    case 'int':
      return Number(value);
    case 'bool':
    case 'switch':
      return truthOf(value);
    case 'pscustomobject':
      return value instanceof Table ? Object.fromEntries(value.entries()) : value;
    default:
      return value;
  }
}
