import type { Field, FieldFormat, FieldHeader, Prerequisite } from './field.js';

/** The fields of Open vSwitch 2.14 and newer (ovs-fields(7)), in the order in which it writes a match. */

const nxmOf = 0x0000;
const nxmNx = 0x0001;
const openflowBasic = 0x8000;
const packetRegisters = 0x8001;
const experimenterClass = 0xffff;
const onf = 0x4f4e4600;

const ipv4 = [0x0800];
const ipv6 = [0x86dd];
const anyIp = [0x0800, 0x86dd];
const arp = [0x0806, 0x8035];
const mpls = [0x8847, 0x8848];
const none: Prerequisite = {};

interface Row {
  readonly name: string;
  readonly set?: string;
  readonly aliases?: readonly string[];
  readonly bits: number;
  readonly bytes?: number;
  readonly format: FieldFormat;
  readonly maskable?: boolean;
  /** Name and number; the class follows from the name. */
  readonly nxm?: readonly [string, number];
  readonly oxm?: readonly [string, number];
  readonly needs?: Prerequisite;
}

const row = (name: string, bits: number, format: FieldFormat, rest: Omit<Row, 'name' | 'bits' | 'format'>): Row => ({
  name,
  bits,
  format,
  ...rest,
});

const tcp = { etherTypes: anyIp, protocol: 6 };
const udp = { etherTypes: anyIp, protocol: 17 };
const sctp = { etherTypes: anyIp, protocol: 132 };
const icmp = { etherTypes: ipv4, protocol: 1 };
const icmp6 = { etherTypes: ipv6, protocol: 58 };
const count = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

const rows: readonly Row[] = [
  row('dp_hash', 32, 'hex', { maskable: true, nxm: ['NXM_NX_DP_HASH', 35] }),
  row('recirc_id', 32, 'decimal', { nxm: ['NXM_NX_RECIRC_ID', 36] }),
  row('conj_id', 32, 'decimal', { nxm: ['NXM_NX_CONJ_ID', 37] }),
  row('in_port', 16, 'port', { nxm: ['NXM_OF_IN_PORT', 0] }),
  row('in_port_oxm', 32, 'port', { oxm: ['OXM_OF_IN_PORT', 0] }),
  row('in_phy_port', 32, 'port', { oxm: ['OXM_OF_IN_PHY_PORT', 1] }),
  row('actset_output', 32, 'port', { oxm: ['ONFOXM_ET_ACTSET_OUTPUT', 43] }),

  row('dl_src', 48, 'mac', { set: 'eth_src', maskable: true, nxm: ['NXM_OF_ETH_SRC', 2], oxm: ['OXM_OF_ETH_SRC', 4] }),
  row('dl_dst', 48, 'mac', { set: 'eth_dst', maskable: true, nxm: ['NXM_OF_ETH_DST', 1], oxm: ['OXM_OF_ETH_DST', 3] }),
  row('dl_type', 16, 'hex4', { set: 'eth_type', nxm: ['NXM_OF_ETH_TYPE', 3], oxm: ['OXM_OF_ETH_TYPE', 5] }),
  row('vlan_tci', 16, 'hex4', { maskable: true, nxm: ['NXM_OF_VLAN_TCI', 4] }),
  row('vlan_vid', 13, 'decimal', { maskable: true, oxm: ['OXM_OF_VLAN_VID', 6] }),
  row('dl_vlan_pcp', 3, 'decimal', { set: 'vlan_pcp', oxm: ['OXM_OF_VLAN_PCP', 7] }),

  row('mpls_tc', 3, 'decimal', { oxm: ['OXM_OF_MPLS_TC', 35], needs: { etherTypes: mpls } }),
  row('mpls_bos', 1, 'decimal', { oxm: ['OXM_OF_MPLS_BOS', 36], needs: { etherTypes: mpls } }),
  row('mpls_ttl', 8, 'decimal', { nxm: ['NXM_NX_MPLS_TTL', 30], needs: { etherTypes: mpls } }),
  row('mpls_label', 20, 'decimal', { bytes: 4, oxm: ['OXM_OF_MPLS_LABEL', 34], needs: { etherTypes: mpls } }),

  ...(['src', 'dst'] as const).map((end, index) =>
    row(`nw_${end}`, 32, 'ipv4', {
      set: `ip_${end}`,
      maskable: true,
      nxm: [`NXM_OF_IP_${end.toUpperCase()}`, 7 + index],
      oxm: [`OXM_OF_IPV4_${end.toUpperCase()}`, 11 + index],
      needs: { etherTypes: ipv4 },
    }),
  ),
  ...(['src', 'dst'] as const).map((end, index) =>
    row(`ipv6_${end}`, 128, 'ipv6', {
      maskable: true,
      nxm: [`NXM_NX_IPV6_${end.toUpperCase()}`, 19 + index],
      oxm: [`OXM_OF_IPV6_${end.toUpperCase()}`, 26 + index],
      needs: { etherTypes: ipv6 },
    }),
  ),
  row('nw_frag', 2, 'frag', {
    set: 'ip_frag',
    maskable: true,
    nxm: ['NXM_NX_IP_FRAG', 26],
    needs: { etherTypes: anyIp },
  }),
  row('ip_dscp', 6, 'decimal', { oxm: ['OXM_OF_IP_DSCP', 8], needs: { etherTypes: anyIp } }),
  row('nw_tos', 8, 'decimal', { nxm: ['NXM_OF_IP_TOS', 5], needs: { etherTypes: anyIp } }),
  row('nw_ecn', 2, 'decimal', {
    aliases: ['ip_ecn'],
    nxm: ['NXM_NX_IP_ECN', 28],
    oxm: ['OXM_OF_IP_ECN', 9],
    needs: { etherTypes: anyIp },
  }),
  row('nw_ttl', 8, 'decimal', { nxm: ['NXM_NX_IP_TTL', 29], needs: { etherTypes: anyIp } }),
  row('ipv6_label', 20, 'hex', {
    bytes: 4,
    maskable: true,
    nxm: ['NXM_NX_IPV6_LABEL', 27],
    oxm: ['OXM_OF_IPV6_FLABEL', 28],
    needs: { etherTypes: ipv6 },
  }),
  row('nw_proto', 8, 'decimal', {
    aliases: ['ip_proto'],
    nxm: ['NXM_OF_IP_PROTO', 6],
    oxm: ['OXM_OF_IP_PROTO', 10],
    needs: { etherTypes: anyIp },
  }),
  row('tcp_src', 16, 'decimal', {
    maskable: true,
    nxm: ['NXM_OF_TCP_SRC', 9],
    oxm: ['OXM_OF_TCP_SRC', 13],
    needs: tcp,
  }),
  row('tcp_dst', 16, 'decimal', {
    maskable: true,
    nxm: ['NXM_OF_TCP_DST', 10],
    oxm: ['OXM_OF_TCP_DST', 14],
    needs: tcp,
  }),
  row('tcp_flags', 12, 'tcp_flags', {
    maskable: true,
    nxm: ['NXM_NX_TCP_FLAGS', 34],
    oxm: ['ONFOXM_ET_TCP_FLAGS', 42],
    needs: tcp,
  }),
  row('udp_src', 16, 'decimal', {
    maskable: true,
    nxm: ['NXM_OF_UDP_SRC', 11],
    oxm: ['OXM_OF_UDP_SRC', 15],
    needs: udp,
  }),
  row('udp_dst', 16, 'decimal', {
    maskable: true,
    nxm: ['NXM_OF_UDP_DST', 12],
    oxm: ['OXM_OF_UDP_DST', 16],
    needs: udp,
  }),
  row('sctp_src', 16, 'decimal', { maskable: true, oxm: ['OXM_OF_SCTP_SRC', 17], needs: sctp }),
  row('sctp_dst', 16, 'decimal', { maskable: true, oxm: ['OXM_OF_SCTP_DST', 18], needs: sctp }),
  row('icmp_type', 8, 'decimal', { nxm: ['NXM_OF_ICMP_TYPE', 13], oxm: ['OXM_OF_ICMPV4_TYPE', 19], needs: icmp }),
  row('icmp_code', 8, 'decimal', { nxm: ['NXM_OF_ICMP_CODE', 14], oxm: ['OXM_OF_ICMPV4_CODE', 20], needs: icmp }),
  row('icmpv6_type', 8, 'decimal', { nxm: ['NXM_NX_ICMPV6_TYPE', 21], oxm: ['OXM_OF_ICMPV6_TYPE', 29], needs: icmp6 }),
  row('icmpv6_code', 8, 'decimal', { nxm: ['NXM_NX_ICMPV6_CODE', 22], oxm: ['OXM_OF_ICMPV6_CODE', 30], needs: icmp6 }),
  row('nd_target', 128, 'ipv6', {
    maskable: true,
    nxm: ['NXM_NX_ND_TARGET', 23],
    oxm: ['OXM_OF_IPV6_ND_TARGET', 31],
    needs: icmp6,
  }),
  row('nd_sll', 48, 'mac', {
    maskable: true,
    nxm: ['NXM_NX_ND_SLL', 24],
    oxm: ['OXM_OF_IPV6_ND_SLL', 32],
    needs: icmp6,
  }),
  row('nd_tll', 48, 'mac', {
    maskable: true,
    nxm: ['NXM_NX_ND_TLL', 25],
    oxm: ['OXM_OF_IPV6_ND_TLL', 33],
    needs: icmp6,
  }),

  row('arp_op', 16, 'decimal', { nxm: ['NXM_OF_ARP_OP', 15], oxm: ['OXM_OF_ARP_OP', 21], needs: { etherTypes: arp } }),
  row('arp_spa', 32, 'ipv4', {
    maskable: true,
    nxm: ['NXM_OF_ARP_SPA', 16],
    oxm: ['OXM_OF_ARP_SPA', 22],
    needs: { etherTypes: arp },
  }),
  row('arp_tpa', 32, 'ipv4', {
    maskable: true,
    nxm: ['NXM_OF_ARP_TPA', 17],
    oxm: ['OXM_OF_ARP_TPA', 23],
    needs: { etherTypes: arp },
  }),
  row('arp_sha', 48, 'mac', {
    maskable: true,
    nxm: ['NXM_NX_ARP_SHA', 17],
    oxm: ['OXM_OF_ARP_SHA', 24],
    needs: { etherTypes: arp },
  }),
  row('arp_tha', 48, 'mac', {
    maskable: true,
    nxm: ['NXM_NX_ARP_THA', 18],
    oxm: ['OXM_OF_ARP_THA', 25],
    needs: { etherTypes: arp },
  }),

  row('tun_id', 64, 'hex', {
    aliases: ['tunnel_id'],
    maskable: true,
    nxm: ['NXM_NX_TUN_ID', 16],
    oxm: ['OXM_OF_TUNNEL_ID', 38],
  }),
  row('tun_flags', 1, 'tun_flags', { bytes: 2, maskable: true, nxm: ['NXM_NX_TUN_FLAGS', 104] }),
  row('tun_src', 32, 'ipv4', { maskable: true, nxm: ['NXM_NX_TUN_IPV4_SRC', 31] }),
  row('tun_dst', 32, 'ipv4', { maskable: true, nxm: ['NXM_NX_TUN_IPV4_DST', 32] }),
  row('tun_ipv6_src', 128, 'ipv6', { maskable: true, nxm: ['NXM_NX_TUN_IPV6_SRC', 109] }),
  row('tun_ipv6_dst', 128, 'ipv6', { maskable: true, nxm: ['NXM_NX_TUN_IPV6_DST', 110] }),
  row('tun_gbp_id', 16, 'decimal', { maskable: true, nxm: ['NXM_NX_TUN_GBP_ID', 38] }),
  row('tun_gbp_flags', 8, 'hex', { maskable: true, nxm: ['NXM_NX_TUN_GBP_FLAGS', 39] }),
  ...count(64).map((n) =>
    row(`tun_metadata${n}`, 992, 'hex', { maskable: true, nxm: [`NXM_NX_TUN_METADATA${n}`, 40 + n] }),
  ),

  ...count(16).map((n) => row(`reg${n}`, 32, 'hex', { maskable: true, nxm: [`NXM_NX_REG${n}`, n] })),
  ...count(8).map((n) => row(`xreg${n}`, 64, 'hex', { maskable: true, oxm: [`OXM_OF_PKT_REG${n}`, n] })),
  ...count(4).map((n) => row(`xxreg${n}`, 128, 'hex', { maskable: true, nxm: [`NXM_NX_XXREG${n}`, 111 + n] })),

  row('pkt_mark', 32, 'hex', { maskable: true, nxm: ['NXM_NX_PKT_MARK', 33] }),
  row('ct_state', 32, 'ct_state', { maskable: true, nxm: ['NXM_NX_CT_STATE', 105] }),
  row('ct_zone', 16, 'hex', { nxm: ['NXM_NX_CT_ZONE', 106] }),
  row('ct_mark', 32, 'hex', { maskable: true, nxm: ['NXM_NX_CT_MARK', 107] }),
  row('ct_label', 128, 'hex', { maskable: true, nxm: ['NXM_NX_CT_LABEL', 108] }),
  row('ct_nw_src', 32, 'ipv4', { maskable: true, nxm: ['NXM_NX_CT_NW_SRC', 120] }),
  row('ct_nw_dst', 32, 'ipv4', { maskable: true, nxm: ['NXM_NX_CT_NW_DST', 121] }),
  row('ct_ipv6_src', 128, 'ipv6', { maskable: true, nxm: ['NXM_NX_CT_IPV6_SRC', 122] }),
  row('ct_ipv6_dst', 128, 'ipv6', { maskable: true, nxm: ['NXM_NX_CT_IPV6_DST', 123] }),
  row('ct_nw_proto', 8, 'decimal', { nxm: ['NXM_NX_CT_NW_PROTO', 119] }),
  row('ct_tp_src', 16, 'decimal', { maskable: true, nxm: ['NXM_NX_CT_TP_SRC', 124] }),
  row('ct_tp_dst', 16, 'decimal', { maskable: true, nxm: ['NXM_NX_CT_TP_DST', 125] }),
  row('metadata', 64, 'hex', { maskable: true, oxm: ['OXM_OF_METADATA', 2] }),
];

/** All rows, in the order in which Open vSwitch writes fields of a match. */
export const fieldRows: readonly Field[] = rows.map((source, rank) => {
  const variable = source.bits > 128;
  const bytes = source.bytes ?? Math.ceil(source.bits / 8);
  const nxm = source.nxm && headerOf(source.nxm, variable ? 0 : bytes);
  const oxm = source.oxm && headerOf(source.oxm, variable ? 0 : bytes);
  const wireName = (source.nxm ?? source.oxm)![0];
  const setName = source.set ?? source.name;
  return {
    name: source.name,
    setName,
    wireName,
    aliases: [...(source.aliases ?? []), ...[source.nxm?.[0], source.oxm?.[0]].filter((name) => name !== undefined)],
    bits: source.bits,
    all: bytes <= 6 ? 2 ** source.bits - 1 : (1n << BigInt(source.bits)) - 1n,
    bytes,
    format: source.format,
    maskable: source.maskable ?? false,
    oxm: (oxm ?? nxm)!,
    nxm: (nxm ?? oxm)!,
    variable,
    rank,
    prerequisite: source.needs ?? none,
  };
});

function headerOf([name, number]: readonly [string, number], bytes: number): FieldHeader {
  const oxmClass = classOf(name);
  if (oxmClass !== experimenterClass) return { header: header(oxmClass, number, bytes) };
  return { header: header(oxmClass, number, bytes + 4), experimenter: onf };
}

function header(oxmClass: number, number: number, length: number): number {
  return ((oxmClass << 16) | (number << 9) | length) >>> 0;
}

function classOf(name: string): number {
  if (name.startsWith('NXM_OF_')) return nxmOf;
  if (name.startsWith('NXM_NX_')) return nxmNx;
  if (name.startsWith('OXM_OF_PKT_REG')) return packetRegisters;
  if (name.startsWith('OXM_OF_')) return openflowBasic;
  return experimenterClass;
}
