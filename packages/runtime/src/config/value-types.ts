import { formatDuration, tryParseDuration } from './duration.js';
import { describeRaw, parsed, refused, type ParsedValue, type RawValue, type ValueType } from './value-type.js';

/** Any text. */
export const text: ValueType<string> = {
  name: 'string',
  parse: (raw) => (raw.kind === 'scalar' ? parsed(raw.text) : refused(raw, `must be text, not ${describeRaw(raw)}`)),
  render: (value) => JSON.stringify(value),
};

/** `true` or `false`, and the other words that YAML 1.1 has for them. */
export const bool: ValueType<boolean> = {
  name: 'boolean',
  isFlagAlone: true,
  parse: (raw) => {
    const value = raw.kind === 'scalar' ? tryParseBoolean(raw.text) : undefined;
    return value === undefined ? refused(raw, `must be true or false, not ${describeRaw(raw)}`) : parsed(value);
  },
  render: String,
};

/** A whole number within bounds, both included. */
export function int(bounds: { readonly min?: number; readonly max?: number } = {}): ValueType<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  const range = `${bounds.min === undefined ? '' : ` from ${min}`}${bounds.max === undefined ? '' : ` up to ${max}`}`;
  return {
    name: 'integer',
    parse: (raw) => {
      const value = raw.kind === 'scalar' && /^[-+]?\d+$/.test(raw.text) ? Number(raw.text) : Number.NaN;
      const fits = Number.isSafeInteger(value) && value >= min && value <= max;
      return fits ? parsed(value) : refused(raw, `must be a whole number${range}, not ${describeRaw(raw)}`);
    },
    render: String,
  };
}

/** A TCP or UDP port, 1 to 65535. */
export const port: ValueType<number> = int({ min: 1, max: 65535 });

/** A length of time as Go writes it (`1m30s`), in milliseconds. */
export function duration(bounds: { readonly min?: number } = {}): ValueType<number> {
  const { min = 0 } = bounds;
  return {
    name: 'duration',
    parse: (raw) => {
      const value = raw.kind === 'scalar' ? tryParseDuration(raw.text) : undefined;
      if (value === undefined) return refused(raw, `must be a duration like 1m30s, not ${describeRaw(raw)}`);
      return value < min
        ? refused(raw, `must be at least ${formatDuration(min)}, not ${describeRaw(raw)}`)
        : parsed(value);
    },
    render: formatDuration,
  };
}

/** One of a few words, in any case; the value has the case given here. */
export function choice<const W extends string>(words: readonly W[]): ValueType<W> {
  return {
    name: words.join(' | '),
    parse: (raw) => {
      const given = raw.kind === 'scalar' ? raw.text.toLowerCase() : undefined;
      const word = words.find((candidate) => candidate.toLowerCase() === given);
      if (word !== undefined) return parsed(word);
      return refused(raw, `must be one of ${words.filter((each) => each !== '').join(', ')}, not ${describeRaw(raw)}`);
    },
    render: (value) => JSON.stringify(value),
  };
}

/** Texts: a YAML list, or one text with commas between. */
export const textList: ValueType<readonly string[]> = {
  name: 'list of strings',
  parse: parseTextList,
  render: (value) => JSON.stringify(value),
};

function parseTextList(raw: RawValue): ParsedValue<readonly string[]> {
  if (raw.kind === 'scalar') {
    return parsed(
      raw.text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    );
  }
  if (raw.kind === 'map') return refused(raw, 'must be a list, not a map');
  const odd = raw.items.find((item) => item.kind !== 'scalar');
  if (odd !== undefined) return refused(odd, `must hold texts only, not ${describeRaw(odd)}`);
  return parsed(raw.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])));
}

/** True, false, or undefined for any other text. */
export function tryParseBoolean(value: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : undefined;
}
