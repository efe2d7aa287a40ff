/** EtherTypes (IEEE 802) of the layers that are read. */
export const etherTypes = {
  ipv4: 0x0800,
  arp: 0x0806,
  /** Customer tag, 802.1Q. */
  vlan: 0x8100,
  ipv6: 0x86dd,
  /** Service tag, 802.1ad: the outer of two. */
  serviceVlan: 0x88a8,
} as const;

/** Numbers of IPv6 extension headers, which share the space of IP protocols. */
export const ipv6Extensions = { hopByHop: 0, routing: 43, fragment: 44, none: 59, destination: 60 } as const;

/** Bits of the TCP flags. */
export const tcpFlags = {
  fin: 0x001,
  syn: 0x002,
  rst: 0x004,
  psh: 0x008,
  ack: 0x010,
  urg: 0x020,
  ece: 0x040,
  cwr: 0x080,
} as const;

/** Types of ICMP messages that are read or made here (RFC 792). */
export const icmpv4Types = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echo: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

/** Types of ICMPv6 messages that are read or made here (RFC 4443, RFC 4861). Those below 128 are errors. */
export const icmpv6Types = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  echo: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
} as const;
