import { ipProtocols } from '@antrea-ts/net-types';
import { ByteReader } from './byte-reader.js';
import { PacketError } from './errors.js';
import type { Layer, LayerKind, Packet, Stop } from './layers.js';
import { parseArp } from './layers/arp.js';
import { parseEthernet, parseVlan } from './layers/ethernet.js';
import { parseIcmp } from './layers/icmp.js';
import { parseIpv4 } from './layers/ipv4.js';
import { parseIpv6, parseIpv6Extension, parseIpv6Fragment, type Ipv6Extension } from './layers/ipv6.js';
import { parseNd } from './layers/nd.js';
import { parseSctp } from './layers/sctp.js';
import { parseTcp } from './layers/tcp.js';
import { parseUdp } from './layers/udp.js';
import { etherTypes, ipv6Extensions } from './numbers.js';

export interface ParsePacketOptions {
  /** The outermost layer; `ip` decides by the version. Ethernet unless given. */
  readonly first?: 'ethernet' | 'ip';
}

/** More extension headers than any sensible packet has: each one is work for us. */
const maxExtensions = 8;

/**
 * Takes a packet apart. Never throws: where bytes are missing or make no sense, `stop` says so, `layers` has what was
 * read before, and `payload` begins with what was not.
 */
export function parsePacket(bytes: Uint8Array, { first = 'ethernet' }: ParsePacketOptions = {}): Packet {
  return new PacketParser(bytes).parse(first === 'ip' ? versionStep : ethernetStep);
}

/** Reads one layer, says which step follows; undefined: the rest is payload. */
type Step = (parser: PacketParser) => Step | undefined;

class PacketParser {
  readonly reader: ByteReader;
  readonly #layers: Layer[] = [];
  readonly #offsets: number[] = [];
  /** The kind of the layer that is being read. */
  reading: LayerKind = 'ethernet';
  stop: Stop | undefined;
  extensions = 0;
  /** The packet is the first of several fragments: lengths of inner headers reach beyond it. */
  fragmented = false;
  #start = 0;

  constructor(bytes: Uint8Array) {
    this.reader = new ByteReader(bytes);
  }

  parse(first: Step): Packet {
    let step: Step | undefined = first;
    while (step) {
      this.#start = this.reader.offset;
      try {
        step = step(this);
      } catch (error) {
        if (!(error instanceof PacketError)) throw error;
        this.reader.offset = this.#start;
        const reason = error.code === 'truncated' ? 'truncated' : 'malformed';
        this.stop = { reason, layer: this.reading, offset: this.#start, message: `${this.reading}: ${error.message}` };
        break;
      }
    }
    const packet = { layers: this.#layers, offsets: this.#offsets, payload: this.reader.rest() };
    return this.stop ? { ...packet, stop: this.stop } : packet;
  }

  add(layer: Layer): void {
    this.#layers.push(layer);
    this.#offsets.push(this.#start);
  }

  /** What follows belongs to the packet only up to this length; the rest is padding of the frame. */
  endAfter(length: number): void {
    if (length <= this.reader.remaining) {
      this.reader.limit = this.reader.offset + length;
    } else if (!this.fragmented) {
      const missing = length - this.reader.remaining;
      const message = `${this.reading}: the last ${missing} bytes of the payload are missing`;
      this.stop ??= { reason: 'truncated', layer: this.reading, offset: this.reader.offset, message };
    }
  }

  stopInFragment(): undefined {
    const message = 'the middle of a packet has no transport header';
    this.stop = { reason: 'fragment', layer: this.reading, offset: this.reader.offset, message };
  }
}

const ethernetStep: Step = (parser) => {
  parser.reading = 'ethernet';
  const layer = parseEthernet(parser.reader);
  parser.add(layer);
  return etherTypeStep(layer.etherType);
};

const vlanStep: Step = (parser) => {
  parser.reading = 'vlan';
  const layer = parseVlan(parser.reader);
  parser.add(layer);
  return etherTypeStep(layer.etherType);
};

function etherTypeStep(etherType: number): Step | undefined {
  switch (etherType) {
    case etherTypes.vlan:
    case etherTypes.serviceVlan:
      return vlanStep;
    case etherTypes.arp:
      return arpStep;
    case etherTypes.ipv4:
      return ipv4Step;
    case etherTypes.ipv6:
      return ipv6Step;
    default:
      return undefined;
  }
}

const arpStep: Step = (parser) => {
  parser.reading = 'arp';
  parser.add(parseArp(parser.reader));
  // Frames are padded to 60 bytes, and ARP does not state where it ends.
  parser.endAfter(0);
  return undefined;
};

const versionStep: Step = ({ reader }) => {
  const first = reader.bytes[reader.offset] ?? 0;
  return first >>> 4 === 6 ? ipv6Step : ipv4Step;
};

const ipv4Step: Step = (parser) => {
  parser.reading = 'ipv4';
  const start = parser.reader.offset;
  const { layer, totalLength } = parseIpv4(parser.reader);
  parser.add(layer);
  parser.endAfter(totalLength - (parser.reader.offset - start));
  if (layer.fragmentOffset > 0) return parser.stopInFragment();
  parser.fragmented = layer.moreFragments;
  return layer.protocol === ipProtocols.ICMP ? icmpv4Step : transportStep(layer.protocol);
};

const ipv6Step: Step = (parser) => {
  parser.reading = 'ipv6';
  const { layer, payloadLength } = parseIpv6(parser.reader);
  parser.add(layer);
  parser.endAfter(payloadLength);
  return ipv6NextStep(layer.nextHeader);
};

function ipv6NextStep(nextHeader: number): Step | undefined {
  switch (nextHeader) {
    case ipv6Extensions.hopByHop:
      return extensionStep('hop_by_hop');
    case ipv6Extensions.routing:
      return extensionStep('routing');
    case ipv6Extensions.destination:
      return extensionStep('destination');
    case ipv6Extensions.fragment:
      return fragmentStep;
    case ipProtocols.ICMPv6:
      return icmpv6Step;
    default:
      return transportStep(nextHeader);
  }
}

function extensionStep(type: Ipv6Extension['type']): Step {
  return (parser) => {
    parser.reading = 'ipv6_extension';
    countExtension(parser);
    const layer = parseIpv6Extension(parser.reader, type);
    parser.add(layer);
    return ipv6NextStep(layer.nextHeader);
  };
}

const fragmentStep: Step = (parser) => {
  parser.reading = 'ipv6_fragment';
  countExtension(parser);
  const layer = parseIpv6Fragment(parser.reader);
  parser.add(layer);
  if (layer.fragmentOffset > 0) return parser.stopInFragment();
  parser.fragmented = layer.moreFragments;
  return ipv6NextStep(layer.nextHeader);
};

function countExtension(parser: PacketParser): void {
  parser.extensions += 1;
  if (parser.extensions > maxExtensions) throw new PacketError('malformed', `more than ${maxExtensions} of them`);
}

function transportStep(protocol: number): Step | undefined {
  switch (protocol) {
    case ipProtocols.TCP:
      return tcpStep;
    case ipProtocols.UDP:
      return udpStep;
    case ipProtocols.SCTP:
      return sctpStep;
    default:
      return undefined;
  }
}

const icmpv4Step: Step = (parser) => {
  parser.reading = 'icmpv4';
  parser.add(parseIcmp(parser.reader, 'icmpv4'));
  return undefined;
};

const icmpv6Step: Step = (parser) => {
  const { reader } = parser;
  const start = reader.offset;
  parser.reading = 'icmpv6';
  const type = reader.u8();
  const code = reader.u8();
  reader.u16();
  const discovery = code === 0 ? parseNd(type, reader) : undefined;
  // Its options go on to the end of the packet, which is not there.
  if (discovery && parser.stop) throw new PacketError('truncated', 'options are missing');
  if (discovery) {
    parser.add(discovery);
  } else {
    reader.offset = start;
    parser.add(parseIcmp(reader, 'icmpv6'));
  }
  return undefined;
};

const tcpStep: Step = (parser) => {
  parser.reading = 'tcp';
  parser.add(parseTcp(parser.reader));
  return undefined;
};

const udpStep: Step = (parser) => {
  parser.reading = 'udp';
  const { layer, payloadLength } = parseUdp(parser.reader);
  parser.add(layer);
  parser.endAfter(payloadLength);
  return undefined;
};

const sctpStep: Step = (parser) => {
  parser.reading = 'sctp';
  parser.add(parseSctp(parser.reader));
  return undefined;
};
