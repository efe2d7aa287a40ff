import { OpenflowError } from '../errors.js';
import { findField } from '../fields/registry.js';
import type { FieldMatch, Match, UnknownFieldMatch } from '../model/field.js';
import { parseDottedBytes } from './bytes-text.js';
import { parseNumber, splitAssignment, splitTop } from './split.js';
import { parseValue } from './value-text.js';

const ip = 0x0800;
const ipv6 = 0x86dd;

/** Words for an EtherType, and a protocol. */
const words: Readonly<Record<string, readonly [number, number?]>> = {
  ip: [ip],
  ipv6: [ipv6],
  icmp: [ip, 1],
  igmp: [ip, 2],
  tcp: [ip, 6],
  udp: [ip, 17],
  sctp: [ip, 132],
  icmp6: [ipv6, 58],
  tcp6: [ipv6, 6],
  udp6: [ipv6, 17],
  sctp6: [ipv6, 132],
  arp: [0x0806],
  rarp: [0x8035],
  mpls: [0x8847],
  mplsm: [0x8848],
};

/** Rows that carry the width and form of names which exist only in matches. */
const templates: Readonly<Record<string, string>> = {
  in_port: 'in_port_oxm',
  tp_src: 'tcp_src',
  tp_dst: 'tcp_dst',
  dl_vlan: 'vlan_vid',
};

/** Names that are written otherwise in matches. */
const canonical: Readonly<Record<string, string>> = {
  in_port_oxm: 'in_port',
  ip_src: 'nw_src',
  ip_dst: 'nw_dst',
  eth_src: 'dl_src',
  eth_dst: 'dl_dst',
  eth_type: 'dl_type',
  ip_proto: 'nw_proto',
  ip_ecn: 'nw_ecn',
  ip_frag: 'nw_frag',
  vlan_pcp: 'dl_vlan_pcp',
  tunnel_id: 'tun_id',
};

/** Reads a match as `formatMatch` writes it. Throws `text_syntax`, `unknown_field`. */
export function parseMatch(text: string): Match {
  return splitTop(text, { spaces: true }).flatMap(parseMatchTerm);
}

/** One comma-separated term: a word, or `field=value[/mask]`. */
export function parseMatchTerm(term: string): Match {
  const { name, value } = splitAssignment(term);
  if (value === undefined) return parseWord(name);
  if (name === 'unknown') return [parseUnknown(value)];
  const row = findField(templates[name] ?? name);
  if (row === undefined) throw new OpenflowError('unknown_field', `parse match: field ${name} is not in the registry`);
  const field = canonical[name] ?? name;
  const parsed: FieldMatch = { field, ...parseValue(row, value) };
  return [parsed];
}

function parseWord(name: string): Match {
  const word = words[name];
  if (word === undefined) throw new OpenflowError('text_syntax', `parse match: ${name} has no value`);
  const [etherType, protocol] = word;
  const type: FieldMatch = { field: 'dl_type', value: etherType };
  return protocol === undefined ? [type] : [type, { field: 'nw_proto', value: protocol }];
}

function parseUnknown(text: string): UnknownFieldMatch {
  const [header, payload] = text.split(':');
  const [number, vendor] = header!.split('/');
  return {
    field: 'unknown',
    header: parseNumber(number, 'unknown field'),
    payload: parseDottedBytes(payload ?? ''),
    ...(vendor === undefined ? {} : { experimenter: parseNumber(vendor, 'unknown field') }),
  };
}
