/**
 * A message of the controller cannot be what it says. Stays inside this folder: callers get a `Refusal`, which names
 * the object. The path to the field is put together on the way out: messages have hundreds of thousands of fields, and
 * hardly ever a wrong one.
 */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly path: string;
  readonly problem: string;

  constructor(problem: string, path = '') {
    super(path === '' ? problem : `${path.replace(/^\./, '')} ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** Reads a field; what is wrong with it is told with its name. */
export function field<T>(of: Fields, name: string, read: (value: unknown) => T): T {
  try {
    return read(of[name]);
  } catch (error) {
    throw within(`.${name}`, error);
  }
}

/** As `field`, undefined where it is absent or null. */
export function optional<T>(of: Fields, name: string, read: (value: unknown) => T): T | undefined {
  return of[name] === undefined || of[name] === null ? undefined : field(of, name, read);
}

/** Reads a list; absent and null are the empty one, as Go writes it. */
export function list<T>(of: Fields, name: string, read: (item: unknown) => T): T[] {
  const value = of[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Malformed('is no list', `.${name}`);
  let at = 0;
  try {
    // Not pushed one by one: lists would keep room for more, and there are very many short ones.
    return value.map((item, index) => {
      at = index;
      return read(item);
    });
  } catch (error) {
    throw within(`.${name}[${at}]`, error);
  }
}

function within(path: string, error: unknown): unknown {
  return error instanceof Malformed ? new Malformed(error.problem, path + error.path) : error;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Malformed('is not text');
  return value;
}

export function name(value: unknown): string {
  if (text(value) === '') throw new Malformed('is empty');
  return value as string;
}

export function integer(lowest: number, highest: number): (value: unknown) => number {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < lowest || value > highest) {
      throw new Malformed(`is not a number from ${lowest} to ${highest}`);
    }
    return value;
  };
}

export const port = integer(0, 65535);

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed('is no object');
  return value as Fields;
}

export function oneOf<T extends string>(...allowed: readonly T[]): (value: unknown) => T {
  return (value) => {
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw new Malformed(`is none of ${allowed.join(', ')}`);
    return found;
  };
}
