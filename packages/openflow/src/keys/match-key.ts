import { unknownFields, wireFields, type WireField } from '../fields/wire-match.js';
import type { FieldMatch, FieldValue, Match } from '../model/field.js';
import { matchEntry } from '../codec/match.js';

/**
 * A match as the switch reports it back: full masks and empty masks dropped, bits outside the mask zero, `xreg` and
 * `xxreg` as their 32-bit registers, names as `ovs-ofctl` prints them, in the switch's order.
 */
export function normalizeMatch(match: Match): Match {
  const fields = wireFields(match);
  const protocol = fields.find(({ field }) => field.name === 'nw_proto')?.value;
  return [...fields.map((field) => toEntry(field, protocol)), ...unknownFields(match)];
}

function toEntry({ field, value, mask, length }: WireField, protocol: FieldValue | undefined): FieldMatch {
  const entry = matchEntry(field, value, mask, protocol);
  return length === undefined ? entry : { ...entry, length };
}

/** Equal for matches that mean the same packets, whatever the order and spelling of their fields. */
export function matchKey(match: Match): string {
  let key = '';
  for (const { field, value, mask } of wireFields(match)) {
    key += `${field.name}=${value.toString(16)}${mask === undefined ? '' : `/${mask.toString(16)}`},`;
  }
  for (const { header, experimenter = 0, payload } of unknownFields(match)) {
    key += `${header.toString(16)}.${experimenter.toString(16)}=${payload.join('.')},`;
  }
  return key;
}
