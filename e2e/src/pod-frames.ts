import { parseIp, parseMac, type Ipv4Address, type Ipv6Address, type MacAddress } from '@antrea-ts/net-types';
import { arpOperations, buildPacket, type BuildLayer, type NdOption } from '@antrea-ts/packet';

/** One side of what is sent. */
export interface Party {
  readonly mac: MacAddress;
  readonly ipv4: Ipv4Address;
  readonly ipv6: Ipv6Address;
}

export interface PodFrame {
  readonly name: string;
  readonly frames: readonly Uint8Array[];
  /** Bytes that only these frames have in them. */
  readonly mark: Uint8Array;
}

interface Parties {
  /** The Pod that sends. */
  readonly self: Party;
  /** Who is spoken to: a Pod of the same Node, or what lies behind the gateway. */
  readonly to: Party;
  /** In whose name the Pod speaks when it lies. */
  readonly other: Party;
}

const broadcast = parseMac('ff:ff:ff:ff:ff:ff');
const allNodesMac = parseMac('33:33:00:00:00:01');
const allNodes = parseIp('ff02::1') as Ipv6Address;
const ports = { kind: 'udp', sourcePort: 4000, destinationPort: 4001 } as const;
const udp = 17;
const etherTypes = { lldp: 0x88cc, rarp: 0x8035, pppoe: 0x8864, mpls: 0x8847 } as const;

let marks = 0;

function newMark(): Uint8Array {
  return new TextEncoder().encode(`mark-${String((marks += 1)).padStart(3, '0')}`);
}

/** Each frame gets a mark at its end: a payload, or bytes behind what the headers speak of. */
function framesOf(name: string, ...stacks: readonly (readonly BuildLayer[])[]): PodFrame {
  const mark = newMark();
  const hasPayload = (layers: readonly BuildLayer[]): boolean =>
    !layers.some(({ kind }) => kind === 'arp' || kind.startsWith('neighbor') || kind.startsWith('router'));
  const frames = stacks.map((layers) =>
    hasPayload(layers) ? buildPacket({ layers, payload: mark }) : Buffer.concat([buildPacket({ layers }), mark]),
  );
  return { name, frames, mark };
}

function ethernet(source: MacAddress, destination: MacAddress, etherType?: number): BuildLayer {
  return { kind: 'ethernet', source, destination, ...(etherType === undefined ? {} : { etherType }) };
}

/** Cuts a UDP packet in two. Open vSwitch's own datapath takes no first fragment that is smaller than a link may be. */
function fragmentsOf(
  name: string,
  whole: readonly BuildLayer[],
  headers: (fragmentOffset: number, moreFragments: boolean) => readonly BuildLayer[],
): PodFrame {
  const mark = newMark();
  const payload = Buffer.concat([mark, new Uint8Array(1600)]);
  const datagram = buildPacket({ layers: whole, payload }).subarray(-(8 + payload.length));
  const cut = 1304;
  const frames = [
    buildPacket({ layers: headers(0, true), payload: datagram.subarray(0, cut) }),
    buildPacket({ layers: headers(cut, false), payload: datagram.subarray(cut) }),
  ];
  return { name, frames, mark };
}

/** What `docs/pod-traffic.md` says is dropped. */
export function forgedFrames({ self, to, other }: Parties): PodFrame[] {
  const out = ethernet(self.mac, to.mac);
  const ip4 = { kind: 'ipv4', source: self.ipv4, destination: to.ipv4 } as const;
  const ip6 = { kind: 'ipv6', source: self.ipv6, destination: to.ipv6 } as const;
  const arp = (change: object) =>
    ({
      kind: 'arp',
      operation: arpOperations.request,
      senderMac: self.mac,
      senderIp: self.ipv4,
      targetMac: to.mac,
      targetIp: to.ipv4,
      ...change,
    }) as const;
  const ndFrom = (source: Ipv6Address) => ({ kind: 'ipv6', source, destination: to.ipv6, hopLimit: 255 }) as const;
  const nd = ndFrom(self.ipv6);
  const { target, source } = linkLayer(self.mac);
  const advertised = { kind: 'neighbor_advertisement', router: true, solicited: true, override: true } as const;
  const reply = { operation: arpOperations.reply, senderIp: other.ipv4 };
  return [
    framesOf('IPv4 with another MAC', [ethernet(other.mac, to.mac), ip4, ports]),
    framesOf('IPv6 with another MAC', [ethernet(other.mac, to.mac), ip6, ports]),
    framesOf('IPv4 with another source', [out, { ...ip4, source: other.ipv4 }, ports]),
    framesOf('IPv6 with another source', [out, { ...ip6, source: other.ipv6 }, ports]),
    framesOf('IPv6 with another link-local source', [
      out,
      { ...ip6, source: parseIp('fe80::1') as Ipv6Address },
      ports,
    ]),
    framesOf("ARP reply in another's name", [out, arp(reply)]),
    framesOf("ARP reply in another's name, to all", [ethernet(self.mac, broadcast), arp(reply)]),
    framesOf("ARP request in another's name", [ethernet(self.mac, broadcast), arp({ senderIp: other.ipv4 })]),
    framesOf("another's gratuitous ARP", [
      ethernet(self.mac, broadcast),
      arp({ senderIp: other.ipv4, targetIp: other.ipv4 }),
    ]),
    framesOf('ARP that gives another MAC', [ethernet(self.mac, broadcast), arp({ senderMac: other.mac })]),
    framesOf('ARP in a frame of another MAC', [ethernet(other.mac, broadcast), arp({})]),
    framesOf("advertisement of another's address", [out, nd, { ...advertised, target: other.ipv6, options: [target] }]),
    framesOf("advertisement of another's address, to all", [
      ethernet(self.mac, allNodesMac),
      { ...ndFrom(other.ipv6), destination: allNodes },
      { ...advertised, target: other.ipv6, options: [target] },
    ]),
    framesOf('advertisement of another MAC', [
      out,
      nd,
      { ...advertised, target: self.ipv6, options: [linkLayer(other.mac).target] },
    ]),
    framesOf('solicitation with another MAC', [
      out,
      nd,
      { kind: 'neighbor_solicitation', target: to.ipv6, options: [linkLayer(other.mac).source] },
    ]),
    framesOf('router advertisement', [
      ethernet(self.mac, allNodesMac),
      { ...nd, destination: allNodes },
      {
        kind: 'router_advertisement',
        hopLimit: 64,
        managed: false,
        otherConfiguration: false,
        lifetime: 1800,
        reachableTime: 0,
        retransmitTimer: 0,
        options: [source],
      },
    ]),
    framesOf('redirect', [out, nd, { kind: 'icmpv6', type: 137 }]),
    framesOf('VLAN tag', [out, { kind: 'vlan', id: 5 }, ip4, ports], [out, { kind: 'vlan', id: 5 }, ip6, ports]),
    framesOf('VLAN 0', [out, { kind: 'vlan', id: 0 }, ip4, ports]),
    framesOf('two tags', [out, { kind: 'vlan', id: 5 }, { kind: 'vlan', id: 6 }, ip4, ports]),
    ...Object.entries(etherTypes).map(([name, type]) => framesOf(name, [ethernet(self.mac, to.mac, type)])),
  ];
}

/** What the same table says passes. */
export function honestFrames({ self, to }: Omit<Parties, 'other'>): PodFrame[] {
  const out = ethernet(self.mac, to.mac);
  const ip4 = { kind: 'ipv4', source: self.ipv4, destination: to.ipv4 } as const;
  const ip6 = { kind: 'ipv6', source: self.ipv6, destination: to.ipv6 } as const;
  // Router alert, and padding: options that routers know.
  const options = new Uint8Array([0x94, 4, 0, 0]);
  const padding = new Uint8Array([1, 4, 0, 0, 0, 0]);
  return [
    framesOf('IPv4', [out, ip4, ports]),
    framesOf('IPv6', [out, ip6, ports]),
    framesOf('IP options', [out, { ...ip4, options }, ports]),
    framesOf('IPv6 extension header', [
      out,
      ip6,
      { kind: 'ipv6_extension', type: 'destination', data: padding },
      ports,
    ]),
    fragmentsOf('fragments of IPv4', [out, ip4, ports], (fragmentOffset, moreFragments) => [
      out,
      { ...ip4, protocol: udp, identification: 77, fragmentOffset, moreFragments },
    ]),
    fragmentsOf('fragments of IPv6', [out, ip6, ports], (fragmentOffset, moreFragments) => [
      out,
      ip6,
      { kind: 'ipv6_fragment', identification: 77, nextHeader: udp, fragmentOffset, moreFragments },
    ]),
  ];
}

function linkLayer(mac: MacAddress): { readonly source: NdOption; readonly target: NdOption } {
  return { source: { kind: 'source_link_layer', mac }, target: { kind: 'target_link_layer', mac } };
}
