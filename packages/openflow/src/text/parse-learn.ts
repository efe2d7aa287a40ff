import { OpenflowError } from '../errors.js';
import { fieldByName, findField } from '../fields/registry.js';
import type { LearnAction, LearnSpec } from '../model/action.js';
import { parseNumber, splitAssignment, splitTop } from './split.js';
import { looksLikeSubField, parseSubField } from './subfield-text.js';
import { narrow, parseInteger, parseValue } from './value-text.js';

const defaultPriority = 32768;

type Draft = { -readonly [K in keyof LearnAction]: LearnAction[K] };

const numbers: Readonly<
  Record<string, 'idleTimeout' | 'hardTimeout' | 'finIdleTimeout' | 'finHardTimeout' | 'priority'>
> = {
  idle_timeout: 'idleTimeout',
  hard_timeout: 'hardTimeout',
  fin_idle_timeout: 'finIdleTimeout',
  fin_hard_timeout: 'finHardTimeout',
  priority: 'priority',
};

/** The inside of `learn(…)`. */
export function parseLearn(text: string): LearnAction {
  const specs: LearnSpec[] = [];
  const action: Draft = { kind: 'learn', table: 1, priority: defaultPriority, cookie: 0n, specs };
  for (const part of splitTop(text)) {
    if (!applyOption(action, part)) specs.push(parseSpec(part));
  }
  return action;
}

function applyOption(action: Draft, part: string): boolean {
  const { name, value } = splitAssignment(part);
  const number = numbers[name];
  if (number !== undefined) action[number] = parseNumber(value, name, 0xffff);
  else if (name === 'table') action.table = parseNumber(value, name, 255);
  else if (name === 'cookie') action.cookie = parseInteger(value ?? '');
  else if (part === 'send_flow_rem') action.sendFlowRemoved = true;
  else if (part === 'delete_learned') action.deleteLearned = true;
  else return false;
  return true;
}

function parseSpec(part: string): LearnSpec {
  if (part.startsWith('load:')) return parseLoadSpec(part.slice('load:'.length), part);
  if (part.startsWith('output:')) return { kind: 'output', src: parseSubField(part.slice('output:'.length)) };
  const { name, value } = splitAssignment(part);
  if (value === undefined) {
    const both = parseSubField(name);
    return { kind: 'match', src: both, dst: both };
  }
  if (looksLikeSubField(value)) return { kind: 'match', src: parseSubField(value), dst: parseSubField(name) };
  const dst = parseSubField(name);
  const row = fieldByName(dst.field);
  const whole = dst.offset === 0 && dst.bits === row.bits && findField(name) !== undefined;
  return { kind: 'match_value', value: whole ? parseValue(row, value).value : narrow(row, parseInteger(value)), dst };
}

function parseLoadSpec(text: string, part: string): LearnSpec {
  const [source, target] = text.split('->');
  if (target === undefined) throw new OpenflowError('text_syntax', `parse learn: ${part} lacks ->`);
  const dst = parseSubField(target);
  if (looksLikeSubField(source!)) return { kind: 'load', src: parseSubField(source!), dst };
  return { kind: 'load_value', value: narrow(fieldByName(dst.field), parseInteger(source!)), dst };
}
