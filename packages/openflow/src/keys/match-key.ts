import { unknownFields, wireFields, type WireField } from '../fields/wire-match.js';
import { fieldByName } from '../fields/registry.js';
import type { FieldMatch, FieldValue, Match } from '../model/field.js';
import { matchEntry } from '../codec/match.js';
import { KeyText, putValue, textOf } from './key-text.js';

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

/**
 * Equal for matches that mean the same packets, whatever the order and spelling of their fields. For maps, not for
 * people: a Node has a hundred thousand, so each is as short as it can be. Fields follow each other in the switch's
 * order: `masked` where a mask follows, the field's place in that order, value and mask in as many bytes as the field has.
 */
export function matchKey(match: Match): string {
  scratch.reset();
  addMatch(scratch, match);
  return scratch.finish();
}

const scratch = new KeyText();
/** Above the place of every field. */
const masked = 0xfe;
const unknown = 0xff;

/** Adds the key of a match. */
export function addMatch(key: KeyText, match: Match): void {
  for (const { field, value, mask } of wireFields(match)) {
    if (mask !== undefined) key.unit(masked);
    key.unit(field.rank);
    key.value(value, field.bytes);
    if (mask !== undefined) key.value(mask, field.bytes);
  }
  for (const { header, experimenter = 0, payload } of unknownFields(match)) {
    key.unit(unknown);
    key.value(header, 4);
    key.value(experimenter, 4);
    key.value(payload.length, 2);
    for (const byte of payload) key.unit(byte);
  }
}

/**
 * Makes keys, as `matchKey` does and many times as fast, of matches that differ in one field alone, which comes after
 * the others in the switch's order. The field has to be one that goes on the wire under its own name; its mask is neither
 * full nor empty, and bits outside it are zero.
 */
export function keyMaker(common: Match, name: string): (value: FieldValue, mask?: FieldValue) => string {
  const { rank, bytes } = fieldByName(name);
  const before = Array.from(matchKey(common), (unit) => unit.charCodeAt(0));
  const plain = [...before, rank, ...zeros(bytes)];
  const withMask = [...before, masked, rank, ...zeros(2 * bytes)];
  // Written over again and again: a fresh list for each key would cost as much as the key.
  return (value, mask) => {
    const units = mask === undefined ? plain : withMask;
    const at = before.length + (mask === undefined ? 1 : 2);
    putValue(units, at, value, bytes);
    if (mask !== undefined) putValue(units, at + bytes, mask, bytes);
    return textOf(units);
  };
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
