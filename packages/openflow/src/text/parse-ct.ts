import { OpenflowError } from '../errors.js';
import type { Action, CtAction, NatAction, NatRange } from '../model/action.js';
import type { FieldValue } from '../model/field.js';
import { parseIpv4, parseIpv6 } from './ip-text.js';
import { parseNumber, splitCall, splitTop } from './split.js';
import { looksLikeSubField, parseSubField } from './subfield-text.js';

type Draft = { -readonly [K in keyof CtAction]: CtAction[K] };

/** The inside of `ct(…)`. */
export function parseCt(text: string, parseActions: (text: string) => Action[]): CtAction {
  const action: Draft = { kind: 'ct', zone: 0 };
  for (const part of splitTop(text)) applyPart(action, part, parseActions);
  return action;
}

function applyPart(action: Draft, part: string, parseActions: (text: string) => Action[]): void {
  const [, name, value] = /^(\w+)=?(.*)$/.exec(part) ?? [];
  switch (name) {
    case 'commit':
      action.commit = true;
      return;
    case 'force':
      action.force = true;
      return;
    case 'table':
      action.table = parseNumber(value, 'ct table', 255);
      return;
    case 'zone':
      action.zone = looksLikeSubField(value!) ? parseSubField(value!) : parseNumber(value, 'ct zone', 0xffff);
      return;
    case 'alg':
      action.alg = { ftp: 21, tftp: 69 }[value!] ?? parseNumber(value, 'ct alg', 0xffff);
      return;
    case 'nat':
      action.nat = parseNat(splitCall(part).argument);
      return;
    case 'exec':
      action.exec = parseActions(splitCall(part).argument ?? '');
      return;
    default:
      throw new OpenflowError('text_syntax', `parse ct: ${part} is unknown`);
  }
}

/** The inside of `nat(…)`, or nothing for `nat` alone. */
export function parseNat(text: string | undefined): NatAction {
  let action: NatAction = { kind: 'nat' };
  for (const part of splitTop(text ?? '')) {
    const [, name, value] = /^(\w+)=?(.*)$/.exec(part) ?? [];
    if (name === 'src' || name === 'dst') {
      action = { ...action, direction: name, ...(value === '' ? {} : { range: parseRange(value!) }) };
    } else if (name === 'persistent' || name === 'hash' || name === 'random') {
      action = { ...action, [name]: true };
    } else {
      throw new OpenflowError('text_syntax', `parse nat: ${part} is unknown`);
    }
  }
  return action;
}

const range4 = /^([\d.]+)?(?:-([\d.]+))?(?::(\d+)(?:-(\d+))?)?$/;
const range6 = /^(?:\[([\da-f:.]+)\](?:-\[([\da-f:.]+)\])?|([\da-f:.]+)(?:-([\da-f:.]+))?)(?::(\d+)(?:-(\d+))?)?$/i;

function parseRange(text: string): NatRange {
  const ipv4 = range4.exec(text);
  if (ipv4 !== null) return natRange('ipv4', parseIpv4, ipv4[1], ipv4[2], ipv4[3], ipv4[4]);
  const ipv6 = range6.exec(text);
  if (ipv6 === null) throw new OpenflowError('text_syntax', `parse nat range ${text}`);
  return natRange('ipv6', parseIpv6, ipv6[1] ?? ipv6[3], ipv6[2] ?? ipv6[4], ipv6[5], ipv6[6]);
}

function natRange(
  family: NatRange['family'],
  parse: (text: string) => FieldValue,
  ...[addressMin, addressMax, portMin, portMax]: (string | undefined)[]
): NatRange {
  return {
    family,
    ...(addressMin === undefined ? {} : { addressMin: parse(addressMin) }),
    ...(addressMax === undefined ? {} : { addressMax: parse(addressMax) }),
    ...(portMin === undefined ? {} : { portMin: parseNumber(portMin, 'nat port', 0xffff) }),
    ...(portMax === undefined ? {} : { portMax: parseNumber(portMax, 'nat port', 0xffff) }),
  };
}
