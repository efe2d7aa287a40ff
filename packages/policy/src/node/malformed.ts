/**
 * A message of the controller cannot be what it says. Stays inside this folder: callers get a `Refusal`, which names
 * the object.
 */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** What readers of messages check with. `what` names the field in the text of the refusal. */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Malformed(`${what} is not text`);
  return value;
}

export function nameOf(value: unknown, what: string): string {
  const text = textOf(value, what);
  if (text === '') throw new Malformed(`${what} is empty`);
  return text;
}

export function integerOf(value: unknown, what: string, lowest: number, highest: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < lowest || value > highest) {
    throw new Malformed(`${what} is not a number from ${lowest} to ${highest}`);
  }
  return value;
}

export function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(`${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

/** Absent and null are the empty list, as Go writes it. */
export function listOf<T>(value: unknown, what: string, read: (item: unknown, what: string) => T): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Malformed(`${what} is no list`);
  return value.map((item, index) => read(item, `${what}[${index}]`));
}

export function oneOf<T extends string>(value: unknown, what: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new Malformed(`${what} is none of ${allowed.join(', ')}`);
  return found;
}
