import { OpenflowError } from '../errors.js';

/** Splits at commas (and at spaces where `spaces`) that stand outside of parentheses and brackets. Empty parts go. */
export function splitTop(text: string, options: { spaces?: boolean } = {}): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at];
    if (char === '(' || char === '[') depth += 1;
    else if (char === ')' || char === ']') depth -= 1;
    if (depth < 0)
      throw new OpenflowError('text_syntax', `parse ${text}: too many closing parentheses`, { offset: at });
    const separates = char === undefined || char === ',' || (options.spaces === true && /\s/.test(char));
    if (separates && (depth === 0 || char === undefined)) {
      const part = text.slice(start, at).trim();
      if (part !== '') parts.push(part);
      start = at + 1;
    }
  }
  if (depth !== 0) throw new OpenflowError('text_syntax', `parse ${text}: parenthesis not closed`);
  return parts;
}

/** `name`, `name:rest` or `name(rest)`, whichever separator comes first. */
export function splitCall(text: string): { name: string; argument: string | undefined } {
  const at = text.search(/[:(]/);
  if (at < 0) return { name: text, argument: undefined };
  if (text[at] === ':') return { name: text.slice(0, at), argument: text.slice(at + 1) };
  if (!text.endsWith(')')) throw new OpenflowError('text_syntax', `parse ${text}: text behind a closing parenthesis`);
  return { name: text.slice(0, at), argument: text.slice(at + 1, -1) };
}

/** `name=value`, or a name alone. */
export function splitAssignment(text: string): { name: string; value: string | undefined } {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** A decimal or hexadecimal number up to `max`. */
export function parseNumber(text: string | undefined, what: string, max = 0xffff_ffff): number {
  const value = text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
  if (value === undefined || value > max)
    throw new OpenflowError('text_syntax', `parse ${what}: ${text ?? 'value missing'}`);
  return value;
}
