/** A value as a file, a flag or an environment variable gives it, before its type is known. */
export type RawValue =
  | { readonly kind: 'scalar'; readonly text: string; readonly line?: number | undefined }
  | { readonly kind: 'list'; readonly items: readonly RawValue[]; readonly line?: number | undefined }
  | { readonly kind: 'map'; readonly entries: readonly RawEntry[]; readonly line?: number | undefined };

/** One entry of a raw map, with the line its key is on. */
export interface RawEntry {
  readonly key: string;
  readonly value: RawValue;
  readonly line?: number | undefined;
}

/** Something wrong with a value; `line` only where the value came from a file. */
export interface ValueProblem {
  readonly message: string;
  readonly line?: number | undefined;
}

/** A parsed value: `apply` lays it over what a source of lower precedence (or the default) gave. */
export type ParsedValue<V> =
  | { readonly ok: true; apply(lower: V): V }
  | { readonly ok: false; readonly problems: readonly ValueProblem[] };

/** A type of configuration values: how to read one and how to write it. */
export interface ValueType<V> {
  /** For help and documents: `string`, `integer`, `duration`… */
  readonly name: string;
  /** Boolean flags may be given without a value. */
  readonly isFlagAlone?: boolean;
  parse(raw: RawValue): ParsedValue<V>;
  /** YAML text of a value, on one line. */
  render(value: V): string;
}

/** A parsed value that replaces whatever was below it. */
export function parsed<V>(value: V): ParsedValue<V> {
  return { ok: true, apply: () => value };
}

/** A value that cannot be used. */
export function refused<V>(raw: RawValue, message: string): ParsedValue<V> {
  return { ok: false, problems: [{ message, line: raw.line }] };
}

/** What a raw value looks like, for messages. */
export function describeRaw(raw: RawValue): string {
  return raw.kind === 'scalar' ? JSON.stringify(raw.text) : `a ${raw.kind}`;
}
