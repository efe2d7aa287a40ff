import { ipToBytes, macToBytes, type Ipv4Address, type Ipv6Address, type MacAddress } from '@antrea-ts/net-types';
import { viewOf } from '../netlink/byte-order.js';
import { concat } from '../rtnetlink/payload.js';

const broadcast = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
const allNodesMac = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);
const allNodes = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** An Ethernet frame with a gratuitous ARP request (RFC 5227): sender and target are the address itself. */
export function gratuitousArp(mac: MacAddress, address: Ipv4Address): Uint8Array {
  const hardware = macToBytes(mac);
  const protocol = ipToBytes(address);
  // Ethernet, IPv4, lengths 6 and 4, request
  const arpHeader = Uint8Array.of(0, 1, 0x08, 0x00, 6, 4, 0, 1);
  return concat(
    ethernetHeader(broadcast, hardware, 0x0806),
    arpHeader,
    concat(hardware, protocol),
    concat(new Uint8Array(6), protocol),
  );
}

/**
 * An Ethernet frame with an unsolicited neighbour advertisement to all nodes (RFC 4861, 7.2.6), with the override
 * flag: who has another MAC address for this one takes the new one.
 */
export function unsolicitedAdvertisement(mac: MacAddress, address: Ipv6Address): Uint8Array {
  const hardware = macToBytes(mac);
  const source = ipToBytes(address);
  const override = 0x20;
  const targetLinkLayerAddress = concat(Uint8Array.of(2, 1), hardware);
  const message = concat(Uint8Array.of(136, 0, 0, 0, override, 0, 0, 0), source, targetLinkLayerAddress);
  viewOf(message).setUint16(2, icmpv6Checksum(source, allNodes, message));
  // Version 6, payload length, ICMPv6, hop limit 255 as RFC 4861 demands
  const ipv6Header = concat(Uint8Array.of(0x60, 0, 0, 0, 0, message.length, 58, 255), source, allNodes);
  return concat(ethernetHeader(allNodesMac, hardware, 0x86dd), ipv6Header, message);
}

function ethernetHeader(destination: Uint8Array, source: Uint8Array, type: number): Uint8Array {
  return concat(destination, source, Uint8Array.of(type >>> 8, type & 0xff));
}

function icmpv6Checksum(source: Uint8Array, destination: Uint8Array, message: Uint8Array): number {
  const pseudo = concat(source, destination, Uint8Array.of(0, 0, 0, message.length, 0, 0, 0, 58), message);
  const view = viewOf(pseudo);
  let sum = 0;
  for (let offset = 0; offset < pseudo.length; offset += 2) sum += view.getUint16(offset);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
