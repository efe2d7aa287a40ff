import { ports } from '../codec/constants.js';
import { OpenflowError } from '../errors.js';
import { fieldByName } from '../fields/registry.js';
import type { Action, ControllerAction, PacketInReason } from '../model/action.js';
import { parseDottedBytes } from './bytes-text.js';
import { parseCt, parseNat } from './parse-ct.js';
import { parseLearn } from './parse-learn.js';
import { findPort, parsePort } from './port-text.js';
import { parseNumber, splitAssignment, splitCall, splitTop } from './split.js';
import { looksLikeSubField, parseSubField } from './subfield-text.js';
import { narrow, parseInteger, parseValue } from './value-text.js';

type Parser = (argument: string | undefined, text: string) => Action;

const reasons: Readonly<Record<string, PacketInReason>> = {
  no_match: 'no_match',
  action: 'action',
  invalid_ttl: 'invalid_ttl',
  action_set: 3,
  group: 4,
  packet_out: 5,
};

const parsers: Readonly<Record<string, Parser>> = {
  output: parseOutput,
  group: (argument) => ({ kind: 'group', group: parseNumber(argument, 'group') }),
  set_queue: (argument) => ({ kind: 'set_queue', queue: parseNumber(argument, 'set_queue') }),
  set_field: parseSetField,
  load: parseLoad,
  move: (argument) => {
    const [src, dst] = arrow(argument, 'move');
    return { kind: 'move', src: parseSubField(src), dst: parseSubField(dst) };
  },
  dec_ttl: (argument) =>
    argument === undefined
      ? { kind: 'dec_ttl' }
      : { kind: 'dec_ttl', controllerIds: splitTop(argument).map((id) => parseNumber(id, 'dec_ttl', 0xffff)) },
  push_vlan: (argument) => ({ kind: 'push_vlan', etherType: parseNumber(argument, 'push_vlan', 0xffff) }),
  pop_vlan: () => ({ kind: 'pop_vlan' }),
  strip_vlan: () => ({ kind: 'pop_vlan' }),
  push: (argument) => ({ kind: 'push', src: parseSubField(argument ?? '') }),
  pop: (argument) => ({ kind: 'pop', dst: parseSubField(argument ?? '') }),
  resubmit: parseResubmit,
  conjunction: parseConjunction,
  note: (argument) => ({ kind: 'note', data: parseDottedBytes(argument ?? '') }),
  ct_clear: () => ({ kind: 'ct_clear' }),
  ct: (argument) => parseCt(argument ?? '', parseActions),
  nat: (argument) => parseNat(argument),
  learn: (argument) => parseLearn(argument ?? ''),
  controller: parseController,
  unknown: (argument) => ({ kind: 'unknown', data: parseDottedBytes(argument ?? '') }),
};

/** Reads a list of actions as `formatActions` writes it; `drop` is none. Throws `text_syntax`, `unknown_field`. */
export function parseActions(text: string): Action[] {
  const parts = splitTop(text);
  return parts.length === 1 && parts[0] === 'drop' ? [] : parts.map(parseAction);
}

export function parseAction(text: string): Action {
  const port = findPort(text);
  if (port !== undefined && text.toLowerCase() !== 'controller') return { kind: 'output', port };
  const { name, argument } = splitCall(text);
  if (/^controller$/i.test(name) && (argument === undefined || /^\d+$/.test(argument)) && !text.includes('(')) {
    return controllerPort(argument);
  }
  const parser =
    parsers[name] ?? (/^\d+$/.test(text) ? (): Action => ({ kind: 'output', port: Number(text) }) : undefined);
  if (parser === undefined) throw new OpenflowError('text_syntax', `parse action ${text}: ${name} is unknown`);
  return parser(argument, text);
}

function controllerPort(argument: string | undefined): Action {
  const maxLength = argument === undefined ? 0xffff : parseNumber(argument, 'CONTROLLER', 0xffff);
  return { kind: 'output', port: ports.controller, ...(maxLength === 0xffff ? {} : { maxLength }) };
}

function parseOutput(argument: string | undefined): Action {
  const text = argument ?? '';
  if (looksLikeSubField(text)) return { kind: 'output_field', src: parseSubField(text) };
  return { kind: 'output', port: parsePort(text) };
}

/** The two sides of `a->b`. */
function arrow(argument: string | undefined, what: string): [string, string] {
  const [left, right, more] = (argument ?? '').split('->');
  if (left === undefined || right === undefined || more !== undefined) {
    throw new OpenflowError('text_syntax', `parse ${what}:${argument ?? ''}: one -> expected`);
  }
  return [left.trim(), right.trim()];
}

function parseSetField(argument: string | undefined): Action {
  const [text, name] = arrow(argument, 'set_field');
  const row = fieldByName(name);
  return { kind: 'set_field', field: row.name, ...parseValue(row, text) };
}

function parseLoad(argument: string | undefined): Action {
  const [text, target] = arrow(argument, 'load');
  const dst = parseSubField(target);
  return { kind: 'reg_load', dst, value: narrow(fieldByName(dst.field), parseInteger(text)) };
}

function parseResubmit(argument: string | undefined, text: string): Action {
  if (!text.endsWith(')')) return { kind: 'resubmit', inPort: parsePort(argument ?? '') };
  const [port, table, ct] = (argument ?? '').split(',').map((part) => part.trim());
  return {
    kind: 'resubmit',
    ...(port === undefined || port === '' || findPort(port) === ports.inPort ? {} : { inPort: parsePort(port) }),
    ...(table === undefined || table === '' ? {} : { table: parseNumber(table, 'resubmit', 255) }),
    ...(ct === 'ct' ? { ct: true } : {}),
  };
}

function parseConjunction(argument: string | undefined, text: string): Action {
  const [, id, clause, clauses] = /^\s*(\w+)\s*,\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(argument ?? '') ?? [];
  if (id === undefined) throw new OpenflowError('text_syntax', `parse ${text}: conjunction(id,k/n) expected`);
  return { kind: 'conjunction', id: parseNumber(id, 'conjunction'), clause: Number(clause), clauses: Number(clauses) };
}

function parseController(argument: string | undefined): Action {
  return splitTop(argument ?? '').reduce<ControllerAction>(withControllerOption, { kind: 'controller' });
}

function withControllerOption(action: ControllerAction, part: string): ControllerAction {
  const { name, value } = splitAssignment(part);
  switch (name) {
    case 'max_len':
      return { ...action, maxLength: parseNumber(value, name, 0xffff) };
    case 'id':
      return { ...action, controllerId: parseNumber(value, name, 0xffff) };
    case 'reason':
      return { ...action, reason: reasons[value ?? ''] ?? parseNumber(value, name, 255) };
    case 'userdata':
      return { ...action, userdata: parseDottedBytes(value ?? '') };
    case 'pause':
      return { ...action, pause: true };
    case 'meter_id':
      return { ...action, meter: parseNumber(value, name) };
    default:
      throw new OpenflowError('text_syntax', `parse controller: ${part} is unknown`);
  }
}
