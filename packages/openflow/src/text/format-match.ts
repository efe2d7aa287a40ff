import { unknownFields, wireFields, type WireField } from '../fields/wire-match.js';
import type { Match, UnknownFieldMatch } from '../model/field.js';
import { formatDottedBytes } from './bytes-text.js';
import { formatHex, formatValue } from './value-text.js';

type Fields = ReadonlyMap<string, WireField>;

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);

const beforeProtocol = [
  'pkt_mark',
  'recirc_id',
  'dp_hash',
  'conj_id',
  'actset_output',
  'ct_state',
  'ct_zone',
  'ct_mark',
  'ct_label',
  'ct_nw_src',
  'ct_ipv6_src',
  'ct_nw_dst',
  'ct_ipv6_dst',
  'ct_nw_proto',
  'ct_tp_src',
  'ct_tp_dst',
];

const beforeVlan = [
  ...numbered('reg', 16),
  'tun_id',
  'tun_src',
  'tun_dst',
  'tun_ipv6_src',
  'tun_ipv6_dst',
  'tun_gbp_id',
  'tun_gbp_flags',
  'tun_flags',
  ...numbered('tun_metadata', 64),
  'metadata',
  'in_port_oxm',
  'in_phy_port',
];

const afterType = [
  'ipv6_src',
  'ipv6_dst',
  'ipv6_label',
  'arp_spa',
  'arp_tpa',
  'nw_src',
  'nw_dst',
  'arp_op',
  'nw_proto',
  'arp_sha',
  'arp_tha',
  'ip_dscp',
  'nw_ecn',
  'nw_ttl',
  'mpls_label',
  'mpls_tc',
  'mpls_ttl',
  'mpls_bos',
  'nw_frag',
  'tcp_src',
  'tcp_dst',
  'udp_src',
  'udp_dst',
  'sctp_src',
  'sctp_dst',
  'icmp_type',
  'icmp_code',
  'icmpv6_type',
  'icmpv6_code',
  'nd_target',
  'nd_sll',
  'nd_tll',
  'tcp_flags',
];

/** How rows are called in a match where it is not their name. */
const printedNames: Readonly<Record<string, string>> = {
  in_port_oxm: 'in_port',
  ip_dscp: 'nw_tos',
  tcp_src: 'tp_src',
  tcp_dst: 'tp_dst',
  udp_src: 'tp_src',
  udp_dst: 'tp_dst',
  sctp_src: 'tp_src',
  sctp_dst: 'tp_dst',
  icmpv6_type: 'icmp_type',
  icmpv6_code: 'icmp_code',
};

/** The fields of a match, separated by commas, in the order and the words of `ovs-ofctl` 3.1. Empty: any packet. */
export function formatMatch(match: Match): string {
  const fields: Fields = new Map(wireFields(match).map((field) => [field.field.name, field]));
  const shorthand = protocolShorthand(fields);
  const parts = [
    ...formatAll(fields, beforeProtocol),
    ...(shorthand === undefined ? [] : [shorthand.text]),
    ...formatAll(fields, beforeVlan),
    ...formatVlan(fields),
    ...formatAll(fields, ['dl_src', 'dl_dst', ...(shorthand === undefined ? ['dl_type'] : [])]),
    ...formatAll(
      fields,
      afterType.filter((name) => name !== 'nw_proto' || shorthand?.withProtocol !== true),
    ),
    ...unknownFields(match).map(formatUnknown),
  ];
  return parts.join(',');
}

function formatAll(fields: Fields, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const entry = fields.get(name);
    return entry === undefined ? [] : [formatField(name, entry)];
  });
}

function formatField(name: string, { field, value, mask }: WireField): string {
  const printed = printedNames[name] ?? name;
  switch (name) {
    case 'ip_dscp':
      return `${printed}=${Number(value) << 2}`;
    case 'dl_type':
      return `${printed}=0x${hexWord(Number(value), 4)}`;
    case 'ipv6_label':
      return `${printed}=0x${hexWord(Number(value), 5)}${mask === undefined ? '' : `/0x${hexWord(Number(mask), 5)}`}`;
    case 'ct_zone':
      return `${printed}=${value}`;
    case 'recirc_id':
      return `${printed}=${formatHex(value)}`;
    case 'tun_gbp_flags':
      return `${printed}=${formatHex(value)}`;
    default:
      if (field.format === 'decimal' && mask !== undefined) {
        return `${printed}=0x${value.toString(16)}/0x${mask.toString(16)}`;
      }
      return `${printed}=${formatValue(field, value, mask)}`;
  }
}

function hexWord(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

const ipv4Words: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' };
const ipv6Words: Readonly<Record<number, string>> = { 6: 'tcp6', 17: 'udp6', 58: 'icmp6', 132: 'sctp6' };
const typeWords: Readonly<Record<number, string>> = {
  0x0800: 'ip',
  0x86dd: 'ipv6',
  0x0806: 'arp',
  0x8035: 'rarp',
  0x8847: 'mpls',
  0x8848: 'mplsm',
};

/** `tcp` for EtherType and protocol together, `ip` for the EtherType alone. */
function protocolShorthand(fields: Fields): { text: string; withProtocol: boolean } | undefined {
  const type = fields.get('dl_type');
  if (type === undefined) return undefined;
  const protocol = fields.get('nw_proto');
  const words = type.value === 0x0800 ? ipv4Words : type.value === 0x86dd ? ipv6Words : {};
  const word = protocol && words[Number(protocol.value)];
  if (word !== undefined) return { text: word, withProtocol: true };
  const text = typeWords[Number(type.value)];
  return text === undefined ? undefined : { text, withProtocol: false };
}

const present = 0x1000;

/** `dl_vlan` and `dl_vlan_pcp` where whole and with the tag present, else the raw TCI. */
function formatVlan(fields: Fields): string[] {
  const vid = fields.get('vlan_vid');
  const pcp = fields.get('dl_vlan_pcp');
  if (vid === undefined && pcp === undefined) return [];
  const value = Number(vid?.value ?? present) | (Number(pcp?.value ?? 0) << 13);
  const vidMask = vid === undefined ? present : Number(vid.mask ?? vid.field.all);
  const idBits = vidMask & 0xfff;
  if ((vidMask & value & present) !== 0 && (idBits === 0 || idBits === 0xfff) && (idBits !== 0 || pcp !== undefined)) {
    const id = idBits === 0 ? [] : [`dl_vlan=${value & 0xfff}`];
    return pcp === undefined ? id : [...id, `dl_vlan_pcp=${value >>> 13}`];
  }
  const mask = vidMask | (pcp === undefined ? 0 : 0xe000);
  return [`vlan_tci=0x${hexWord(value, 4)}${mask === 0xffff ? '' : `/0x${hexWord(mask, 4)}`}`];
}

/** Our own form: `ovs-ofctl` has none, because the switch refuses what it does not know. */
function formatUnknown({ header, experimenter, payload }: UnknownFieldMatch): string {
  const vendor = experimenter === undefined ? '' : `/0x${experimenter.toString(16)}`;
  return `unknown=0x${header.toString(16)}${vendor}:${formatDottedBytes(payload)}`;
}
