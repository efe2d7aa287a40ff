import { suggestion } from './nearest.js';
import { tryParseBoolean } from './value-types.js';
import {
  describeRaw,
  type ParsedValue,
  type RawEntry,
  type RawValue,
  type ValueProblem,
  type ValueType,
} from './value-type.js';

/** A feature that can be switched on and off. */
export interface FeatureGate {
  readonly stage: 'alpha' | 'beta' | 'ga' | 'deprecated';
  readonly default: boolean;
  readonly description: string;
  /** The version that brought the gate to its stage. */
  readonly since?: string;
}

/** Whether each gate of a table is on. */
export type FeatureGateValues<T extends Readonly<Record<string, FeatureGate>>> = { readonly [G in keyof T]: boolean };

/** What the table says where nobody said otherwise. */
export function defaultGates<T extends Readonly<Record<string, FeatureGate>>>(gates: T): FeatureGateValues<T> {
  const entries = Object.entries(gates).map(([name, gate]) => [name, gate.default]);
  return Object.fromEntries(entries) as FeatureGateValues<T>;
}

/**
 * The type of the key `featureGates`: a YAML map of names to booleans, or `A=true,B=false` in a flag. Gates that are
 * not named keep what they had. `AllAlpha` and `AllBeta` set all gates of their stage that are not named themselves.
 */
export function featureGates<T extends Readonly<Record<string, FeatureGate>>>(
  gates: T,
): ValueType<FeatureGateValues<T>> {
  return {
    name: 'map of gate to boolean',
    parse: (raw) => parseGates(gates, raw),
    render: (values) =>
      `{ ${Object.entries(values)
        .map(([name, on]) => `${name}: ${on}`)
        .join(', ')} }`,
  };
}

function parseGates<T extends Readonly<Record<string, FeatureGate>>>(
  gates: T,
  raw: RawValue,
): ParsedValue<FeatureGateValues<T>> {
  const entries = raw.kind === 'map' ? raw.entries : gateWords(raw);
  if (entries === undefined) {
    return {
      ok: false,
      problems: [{ message: `must be a map of gates to true or false, not ${describeRaw(raw)}`, line: raw.line }],
    };
  }
  const problems: ValueProblem[] = [];
  const stages = new Map<FeatureGate['stage'], boolean>();
  const named: Record<string, boolean> = {};
  for (const { key, value, line } of entries) {
    const on = value.kind === 'scalar' ? tryParseBoolean(value.text) : undefined;
    const stage = { AllAlpha: 'alpha', AllBeta: 'beta' }[key] as FeatureGate['stage'] | undefined;
    if (on === undefined)
      problems.push({ message: `gate ${key} must be true or false, not ${describeRaw(value)}`, line });
    else if (stage !== undefined) stages.set(stage, on);
    else if (Object.hasOwn(gates, key)) named[key] = on;
    else problems.push({ message: `unknown feature gate "${key}"${suggestion(key, Object.keys(gates))}`, line });
  }
  if (problems.length > 0) return { ok: false, problems };
  const byStage = Object.fromEntries(
    Object.entries(gates).flatMap(([name, gate]) => {
      const on = stages.get(gate.stage);
      return on === undefined ? [] : [[name, on]];
    }),
  );
  return { ok: true, apply: (lower) => ({ ...lower, ...byStage, ...named }) };
}

/** `A=true,B` as entries; a name alone means true. */
function gateWords(raw: RawValue): RawEntry[] | undefined {
  if (raw.kind !== 'scalar') return undefined;
  return raw.text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => {
      const [key = '', value = 'true'] = word.split('=', 2);
      return { key, value: { kind: 'scalar', text: value } };
    });
}
