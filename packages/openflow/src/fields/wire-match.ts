import { andValues, checkValue } from '../codec/field-value.js';
import { OpenflowError } from '../errors.js';
import type { FieldMatch, FieldValue, Match, UnknownFieldMatch } from '../model/field.js';
import type { Field } from './field.js';
import { fieldByName } from './registry.js';

/** One field as it goes on the wire: masked bits of the value are zero, a full mask is absent. */
export interface WireField {
  readonly field: Field;
  readonly value: FieldValue;
  readonly mask?: FieldValue;
  readonly length?: number;
}

const protocolNames: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };
const icmpv6Protocol = 58;
const vlanPresent = 0x1000;
const ctStateBits = 0xff;
const tunnelFlagBits = 1;
const wholeMask = 0xffff_ffff;
const row = (name: string): Field => fieldByName(name);
const rows = {
  inPort: row('in_port'),
  inPortOxm: row('in_port_oxm'),
  ctState: row('ct_state'),
  tunFlags: row('tun_flags'),
  nwTos: row('nw_tos'),
  ipDscp: row('ip_dscp'),
  vlanVid: row('vlan_vid'),
  vlanPcp: row('dl_vlan_pcp'),
  vlanTci: row('vlan_tci'),
};
const registerRows = Array.from({ length: 16 }, (_, index) => row(`reg${index}`));

/** Rows that one name of a match stands for, by the protocol of that match. */
const portRows = new Map(
  Object.entries(protocolNames).map(([protocol, name]) => [
    Number(protocol),
    { tp_src: row(`${name}_src`), tp_dst: row(`${name}_dst`) },
  ]),
);
const icmpv6Rows = { icmp_type: row('icmpv6_type'), icmp_code: row('icmpv6_code') };

/**
 * The known fields of a match as Open vSwitch itself would write them: in its order (prerequisites first), names that
 * depend on the protocol resolved, fields without any bit left out, wide registers taken apart. Two matches mean the
 * same packets to the switch when these lists are equal. Throws `unknown_field`, `out_of_range`, `malformed`.
 */
export function wireFields(match: Match): readonly WireField[] {
  const fields: WireField[] = [];
  for (const entry of match) {
    if (isKnown(entry)) addEntry(fields, entry, match);
  }
  for (let index = 1; index < fields.length; index += 1) insertByRank(fields, index);
  return fields;
}

/** The entries of a match that the registry does not know. */
export function unknownFields(match: Match): readonly UnknownFieldMatch[] {
  return match.filter((entry): entry is UnknownFieldMatch => !isKnown(entry));
}

function isKnown(entry: FieldMatch | UnknownFieldMatch): entry is FieldMatch {
  return entry.field !== 'unknown';
}

function addEntry(fields: WireField[], entry: FieldMatch, match: Match): void {
  const { field: name, value, mask } = entry;
  const plain = plainRows.get(name);
  if (plain) add(fields, plain, value, mask, entry.length);
  else if (name === 'tp_src' || name === 'tp_dst') add(fields, portRow(name, match), value, mask);
  else if (name === 'dl_vlan') addVlan(fields, Number(value) | vlanPresent, maskOr(mask, 0xfff) | vlanPresent);
  else {
    const field = fieldByName(name);
    if (field === rows.inPort) add(fields, rows.inPortOxm, value, mask);
    else if (field === rows.ctState || field === rows.tunFlags) addFlags(fields, field, value, mask);
    else if (field === rows.vlanTci) addTci(fields, Number(value), maskOr(mask, 0xffff));
    else if (field === rows.vlanPcp) addTci(fields, (Number(value) << 13) | vlanPresent, 0xf000);
    else if (field === rows.nwTos) addTos(fields, value, mask);
    else if (name.startsWith('icmp_')) add(fields, icmpRow(name, field, match), value, mask);
    else if (field.name.startsWith('x')) addRegisters(fields, field, value, mask);
    else add(fields, field, value, mask, entry.length);
  }
}

/**
 * Rows that stand for themselves, by the names that need no look at the rest of the match; nearly all fields of nearly
 * all matches. Every other way would tell the same of them, later.
 */
const plainRows = new Map<string, Field>(
  [
    'dl_type',
    'nw_proto',
    'nw_src',
    'nw_dst',
    'ipv6_src',
    'ipv6_dst',
    'dl_src',
    'dl_dst',
    'conj_id',
    'ct_label',
    'ct_mark',
  ]
    .concat(Array.from({ length: 16 }, (_, index) => `reg${index}`))
    .flatMap((name) => [name, row(name).setName].map((spelling) => [spelling, row(name)] as const)),
);

function add(fields: WireField[], field: Field, value: FieldValue, mask?: FieldValue, length?: number): void {
  const checked = checkValue(field, value);
  if (mask === undefined) {
    fields.push(length === undefined ? { field, value: checked } : { field, value: checked, length });
    return;
  }
  const checkedMask = checkValue(field, mask);
  if (isZero(checkedMask)) return;
  const extra = length === undefined ? {} : { length };
  const masked = andValues(checked, checkedMask);
  if (checkedMask === field.all) fields.push({ field, value: masked, ...extra });
  else fields.push({ field, value: masked, mask: checkedMask, ...extra });
}

/**
 * Flag fields have more room than flags exist. The switch writes them with a mask even where every flag counts, and
 * so do we, or the same match would have two forms.
 */
function addFlags(fields: WireField[], field: Field, value: FieldValue, mask: FieldValue = wholeMask): void {
  const all = field === rows.ctState ? ctStateBits : tunnelFlagBits;
  const used = andValues(checkValue(field, mask === wholeMask || mask === 0xffff ? all : mask), wholeMask);
  if (!isZero(used)) fields.push({ field, value: andValues(checkValue(field, value), used), mask: used });
}

function addTos(fields: WireField[], value: FieldValue, mask?: FieldValue): void {
  const tos = Number(checkValue(rows.nwTos, value));
  if (mask !== undefined && (Number(mask) & 0xfc) === 0) return;
  add(fields, rows.ipDscp, tos >> 2);
}

/** Bits of a VLAN TCI: the tag's id with its presence bit is one field on the wire, its priority another. */
function addTci(fields: WireField[], tci: number, mask: number): void {
  addVlan(fields, tci & 0x1fff, mask & 0x1fff);
  const withTag = (tci & mask & 0x1fff) !== 0;
  if (withTag && (mask & 0xe000) !== 0) add(fields, rows.vlanPcp, tci >> 13);
}

/** Joins what several entries of one match say about the tag: `dl_vlan` and `dl_vlan_pcp` both ask for presence. */
function addVlan(fields: WireField[], vid: number, mask: number): void {
  const before = fields.findIndex(({ field }) => field === rows.vlanVid);
  if (before < 0) {
    add(fields, rows.vlanVid, vid, mask);
    return;
  }
  const [old] = fields.splice(before, 1);
  add(fields, rows.vlanVid, vid | Number(old!.value), mask | maskOr(old!.mask, 0x1fff));
}

/** Open vSwitch reports matches on `xreg` and `xxreg` as matches on their 32-bit parts. */
function addRegisters(fields: WireField[], field: Field, value: FieldValue, mask?: FieldValue): void {
  const words = field.bits / 32;
  const first = Number(field.name.replace(/^x+reg/, '')) * words;
  const bits = BigInt(checkValue(field, value));
  const maskBits = BigInt(mask === undefined ? field.all : checkValue(field, mask));
  for (let word = 0; word < words; word += 1) {
    const shift = BigInt(32 * (words - 1 - word));
    const part = (source: bigint): number => Number((source >> shift) & 0xffff_ffffn);
    add(fields, registerRows[first + word]!, part(bits), part(maskBits));
  }
}

function portRow(name: 'tp_src' | 'tp_dst', match: Match): Field {
  const row = portRows.get(protocolOf(match) ?? -1);
  if (row === undefined) {
    throw new OpenflowError('malformed', `match: ${name} needs nw_proto 6, 17 or 132 in the same match`);
  }
  return row[name];
}

function icmpRow(name: string, field: Field, match: Match): Field {
  if (protocolOf(match) !== icmpv6Protocol) return field;
  return name === 'icmp_type' ? icmpv6Rows.icmp_type : icmpv6Rows.icmp_code;
}

function protocolOf(match: Match): number | undefined {
  for (const entry of match) {
    if (isKnown(entry) && (entry.field === 'nw_proto' || entry.field === 'ip_proto')) return Number(entry.value);
  }
  return undefined;
}

function maskOr(mask: FieldValue | undefined, whole: number): number {
  return mask === undefined ? whole : Number(mask);
}

function isZero(value: FieldValue): boolean {
  return value === 0 || value === 0n;
}

function insertByRank(fields: WireField[], index: number): void {
  const moving = fields[index]!;
  let at = index;
  for (; at > 0 && fields[at - 1]!.field.rank > moving.field.rank; at -= 1) fields[at] = fields[at - 1]!;
  fields[at] = moving;
}
