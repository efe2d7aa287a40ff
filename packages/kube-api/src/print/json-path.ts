/**
 * The part of JSONPath that printer columns use: `.a.b`, `['a.b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`.
 * A path that cannot be read gives nothing.
 */
export function evaluateJsonPath(root: unknown, path: string): unknown[] {
  let values: unknown[] = [root];
  let rest = path;
  while (rest !== '') {
    const step = steps.map((candidate) => candidate(rest)).find((found) => found !== undefined);
    if (!step) return [];
    values = values.flatMap(step.select);
    rest = rest.slice(step.length);
  }
  return values;
}

interface Step {
  readonly length: number;
  readonly select: (value: unknown) => unknown[];
}

const steps: readonly ((text: string) => Step | undefined)[] = [
  (text) => match(/^\.([^.[\]\\]+(?:\\\.[^.[\]\\]+)*)/, text, ([, key = '']) => child(key.replaceAll('\\.', '.'))),
  (text) => match(/^\['([^']+)'\]/, text, ([, key = '']) => child(key)),
  (text) =>
    match(
      /^\[(\d+)\]/,
      text,
      ([, index = '0']) =>
        (value) =>
          Array.isArray(value) ? [value[Number(index)]] : [],
    ),
  (text) => match(/^\[\*\]/, text, () => (value) => (Array.isArray(value) ? value : [])),
  (text) =>
    match(
      /^\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]/,
      text,
      ([, key = '', wanted]) =>
        (value) =>
          Array.isArray(value) ? value.filter((item) => evaluateJsonPath(item, `.${key}`)[0] === wanted) : [],
    ),
];

function match(
  pattern: RegExp,
  text: string,
  make: (found: RegExpExecArray) => (value: unknown) => unknown[],
): Step | undefined {
  const found = pattern.exec(text);
  return found ? { length: found[0].length, select: make(found) } : undefined;
}

function child(key: string): (value: unknown) => unknown[] {
  return (value) => {
    const found = (value as Record<string, unknown> | null | undefined)?.[key];
    return found === undefined ? [] : [found];
  };
}
