export { gratuitousArp, unsolicitedNeighborAdvertisement } from './announce.js';
export { buildPacket, type BuildLayer, type PacketParts } from './build-packet.js';
export { wrongChecksums } from './check-checksums.js';
export { crc32c, internetChecksum, pseudoHeaderSum, type PseudoHeader } from './checksums.js';
export { buildDns, type BuildDnsMessage } from './dns/build-dns.js';
export type { DnsMessage, DnsQuestion, DnsRecord, DnsRecordData } from './dns/message.js';
export { parseDns } from './dns/parse-dns.js';
export { dnsClassInternet, dnsRcodes, dnsTypes } from './dns/types.js';
export { PacketError, type PacketErrorCode } from './errors.js';
export { ipLayerOf, layerOf, type Layer, type LayerKind, type LayerOf, type Packet, type Stop } from './layers.js';
export { arpOperations, type Arp } from './layers/arp.js';
export type { Ethernet, Vlan } from './layers/ethernet.js';
export { echoRest, type Icmpv4, type Icmpv6 } from './layers/icmp.js';
export type { Ipv4 } from './layers/ipv4.js';
export type { Ipv6, Ipv6Extension, Ipv6Fragment } from './layers/ipv6.js';
export type {
  NeighborAdvertisement,
  NeighborDiscovery,
  NeighborSolicitation,
  RouterAdvertisement,
  RouterSolicitation,
} from './layers/nd.js';
export type { NdOption } from './layers/nd-options.js';
export type { Sctp } from './layers/sctp.js';
export type { Tcp } from './layers/tcp.js';
export type { TcpOption } from './layers/tcp-options.js';
export type { Udp } from './layers/udp.js';
export { etherTypes, icmpv4Types, icmpv6Types, ipv6Extensions, tcpFlags } from './numbers.js';
export { parsePacket, type ParsePacketOptions } from './parse-packet.js';
export { icmpUnreachable, tcpReset, type RejectOptions } from './reject.js';
