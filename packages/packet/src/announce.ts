import { parseIp, parseMac, type Ipv4Address, type Ipv6Address, type MacAddress } from '@antrea-ts/net-types';
import { buildPacket } from './build-packet.js';
import { arpOperations } from './layers/arp.js';

const broadcastMac = parseMac('ff:ff:ff:ff:ff:ff');
const unknownMac = parseMac('00:00:00:00:00:00');
const allNodes = parseIp('ff02::1') as Ipv6Address;
const allNodesMac = parseMac('33:33:00:00:00:01');

/**
 * The frame that tells a link who has an IPv4 address (announcement of RFC 5227): a broadcast ARP request for the
 * address by its owner.
 */
export function gratuitousArp({ mac, ip }: { readonly mac: MacAddress; readonly ip: Ipv4Address }): Uint8Array {
  return buildPacket({
    layers: [
      { kind: 'ethernet', destination: broadcastMac, source: mac },
      {
        kind: 'arp',
        operation: arpOperations.request,
        senderMac: mac,
        senderIp: ip,
        targetMac: unknownMac,
        targetIp: ip,
      },
    ],
  });
}

/** The frame that tells a link who has an IPv6 address (RFC 4861, 7.2.6): an advertisement to all nodes. */
export function unsolicitedNeighborAdvertisement({
  mac,
  ip,
}: {
  readonly mac: MacAddress;
  readonly ip: Ipv6Address;
}): Uint8Array {
  return buildPacket({
    layers: [
      { kind: 'ethernet', destination: allNodesMac, source: mac },
      // Receivers drop neighbour discovery that could have crossed a router.
      { kind: 'ipv6', source: ip, destination: allNodes, hopLimit: 255 },
      {
        kind: 'neighbor_advertisement',
        target: ip,
        router: false,
        solicited: false,
        override: true,
        options: [{ kind: 'target_link_layer', mac }],
      },
    ],
  });
}
