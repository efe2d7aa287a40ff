/**
 * What a value has to be before it is read. Objects may have been stored when nothing checked them: one that is not as
 * it must be is refused with the path of what is wrong, and never half read.
 */
export type Shape = (value: unknown) => Problem | undefined;

/** Where, such as `.from[2].group`, and what. */
export interface Problem {
  readonly path: string;
  readonly what: string;
}

/** Says no for everything else. */
function only(is: (value: unknown) => boolean, what: string): Shape {
  const problem = { path: '', what };
  return (value) => (is(value) ? undefined : problem);
}

export const text = only((value) => typeof value === 'string', 'is not text');
export const flag = only((value) => typeof value === 'boolean', 'is neither true nor false');
export const portOrName = only(
  (value) => typeof value === 'string' || typeof value === 'number',
  'is neither number nor name',
);
export const anything: Shape = () => undefined;

export function integer(lowest: number, highest: number): Shape {
  const fits = (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= lowest && Number(value) <= highest;
  return only(fits, `is not a whole number from ${lowest} to ${highest}`);
}

export function number(lowest: number, highest: number): Shape {
  const fits = (value: unknown): boolean => typeof value === 'number' && value >= lowest && value <= highest;
  return only(fits, `is not a number from ${lowest} to ${highest}`);
}

const isList = only(Array.isArray, 'is no list');

export function listOf(item: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return isList(value);
    for (let index = 0; index < value.length; index += 1) {
      const problem = item(value[index]);
      if (problem) return { path: `[${index}]${problem.path}`, what: problem.what };
    }
    return undefined;
  };
}

const isObject = only((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'is no object');

/** Fields that may be absent, but are what is said where they are there. Other fields are not looked at. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const names = Object.keys(shapes);
  const shapeOf = Object.values(shapes);
  return (value) => {
    const problem = isObject(value);
    if (problem) return problem;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index]!;
      const field = (value as Readonly<Record<string, unknown>>)[name];
      if (field === undefined) continue;
      const wrong = shapeOf[index]!(field);
      if (wrong) return { path: `.${name}${wrong.path}`, what: wrong.what };
    }
    return undefined;
  };
}
