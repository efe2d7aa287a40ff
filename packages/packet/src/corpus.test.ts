import { formatIp, parseIp, parseMac, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import {
  buildPacket,
  crc32c,
  gratuitousArp,
  icmpUnreachable,
  internetChecksum,
  ipLayerOf,
  layerOf,
  parsePacket,
  tcpFlags,
  tcpReset,
  unsolicitedNeighborAdvertisement,
  wrongChecksums,
  type BuildLayer,
  type Packet,
  type PacketParts,
} from './index.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const v4 = (text: string): Ipv4Address => parseIp(text) as Ipv4Address;
const v6 = (text: string): Ipv6Address => parseIp(text) as Ipv6Address;
const mac1 = parseMac('0e:00:00:00:00:01');
const mac2 = parseMac('0e:00:00:00:00:02');

describe('checksums', () => {
  it('are those of the specifications', () => {
    // RFC 1071, section 3.
    expect(internetChecksum(hex('0001f203f4f5f6f7'))).toBe(~0xddf2 & 0xffff);
    // RFC 3720, B.4, and the check value of the catalogue of CRCs.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(new Uint8Array(Buffer.from('123456789')))).toBe(0xe3069283);
  });
});

describe('packets as programs send them', () => {
  it('an ARP request, padded', () => {
    const frame = hex(
      `ffffffffffff 0e0000000001 0806 0001 0800 06 04 0001 0e0000000001 0a0a0001 000000000000 0a0a0005 ${'00'.repeat(18)}`,
    );
    const packet = parsePacket(frame);
    expect(packet.layers[1]).toEqual({
      kind: 'arp',
      operation: 1,
      senderMac: mac1,
      senderIp: v4('10.10.0.1'),
      targetMac: '00:00:00:00:00:00',
      targetIp: v4('10.10.0.5'),
    });
    expect(packet.payload).toHaveLength(0);
    expect(toHex(buildPacket(packet))).toBe(toHex(frame.subarray(0, 42)));
  });

  it('an echo request of ping', () => {
    const frame = hex(
      '0e0000000002 0e0000000001 0800 4500 0024 0001 4000 40 01 26c2 0a0a0001 0a0a0002 0800 6662 0007 0001 6162636465666768',
    );
    const packet = parsePacket(frame);
    expect(wrongChecksums(frame, packet)).toEqual([]);
    expect(packet.stop).toBeUndefined();
    expect(layerOf(packet, 'ipv4')).toMatchObject({ ttl: 64, dontFragment: true, identification: 1 });
    expect(layerOf(packet, 'icmpv4')).toEqual({ kind: 'icmpv4', type: 8, code: 0, rest: 0x00070001 });
    expect(Buffer.from(packet.payload).toString()).toBe('abcdefgh');
  });

  it('checksums with the addresses, as others compute them', () => {
    const hello = new Uint8Array(Buffer.from('hello'));
    const ends4 = { source: v4('10.0.0.1'), destination: v4('10.0.0.2') };
    const ends6 = { source: v6('fd00::1'), destination: v6('fd00::2') };
    const udp = { kind: 'udp', sourcePort: 4000, destinationPort: 53 } as const;
    const over6 = buildPacket({ layers: [{ kind: 'ipv6', ...ends6 }, udp], payload: hello });
    expect(toHex(over6.subarray(46, 48))).toBe('b228');
    const tcp = {
      kind: 'tcp',
      sourcePort: 4000,
      destinationPort: 80,
      sequence: 1,
      acknowledgment: 2,
      window: 512,
    } as const;
    const over4 = buildPacket({
      layers: [
        { kind: 'ipv4', ...ends4 },
        { ...tcp, flags: tcpFlags.psh | tcpFlags.ack },
      ],
      payload: hello,
    });
    expect(toHex(over4.subarray(36, 38))).toBe('4600');
  });

  it("an SCTP checksum's lowest byte goes first", () => {
    const init = hex(`0100001c ${'00'.repeat(16)} 00050008 7f000001`);
    const built = buildPacket({
      layers: [
        { kind: 'ipv4', source: v4('127.0.0.1'), destination: v4('127.0.0.1') },
        { kind: 'sctp', sourcePort: 0, destinationPort: 0 },
      ],
      payload: init,
    });
    expect(toHex(built.subarray(28, 32))).toBe('402c0b5f');
  });

  it('a UDP checksum that would be 0 is written as its other form, and 0 is no checksum', () => {
    const ip = { kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2') } as const;
    const built = buildPacket({
      layers: [ip, { kind: 'udp', sourcePort: 1, destinationPort: 2 }],
      payload: hex('ebd4'),
    });
    expect(toHex(built.subarray(26, 28))).toBe('ffff');
    expect(wrongChecksums(built, parsePacket(built, { first: 'ip' }))).toEqual([]);
    const without = built.slice();
    without.fill(0, 26, 28);
    expect(wrongChecksums(without, parsePacket(without, { first: 'ip' }))).toEqual([]);
  });

  it('offsets of fragments are in bytes', () => {
    const ends = { source: v6('fd00::1'), destination: v6('fd00::2') };
    for (const fragmentOffset of [8, 1448, 65528]) {
      const fragment = {
        kind: 'ipv6_fragment',
        identification: 1,
        fragmentOffset,
        moreFragments: true,
        nextHeader: 17,
      } as const;
      const bytes = buildPacket({ layers: [{ kind: 'ipv6', ...ends }, fragment], payload: new Uint8Array(8) });
      expect(bytes[42]! * 256 + bytes[43]!).toBe(fragmentOffset + 1);
      const packet = parsePacket(bytes, { first: 'ip' });
      expect(layerOf(packet, 'ipv6_fragment')).toEqual(fragment);
      expect(packet.stop).toMatchObject({ reason: 'fragment', offset: 48 });
    }
  });

  it('a frame of 802.3 and one of an unknown protocol are payload after what is known', () => {
    expect(parsePacket(hex('0180c2000000 0e0000000001 0026 424203')).payload).toHaveLength(3);
    const esp = buildPacket({
      layers: [{ kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2'), protocol: 50 }],
      payload: hex('01020304'),
    });
    const packet = parsePacket(esp, { first: 'ip' });
    expect([packet.layers.length, toHex(packet.payload), packet.stop]).toEqual([1, '01020304', undefined]);
  });

  it('a later fragment has no transport layer', () => {
    const ip = {
      kind: 'ipv4',
      source: v4('10.0.0.1'),
      destination: v4('10.0.0.2'),
      protocol: 17,
      fragmentOffset: 1480,
    } as const;
    const packet = parsePacket(buildPacket({ layers: [ip], payload: hex('0035 0035 0000 0000') }), { first: 'ip' });
    expect(packet.stop).toMatchObject({ reason: 'fragment', layer: 'ipv4', offset: 20 });
    expect(packet.layers).toHaveLength(1);
  });

  it('the first fragment has one, and its payload is not called cut', () => {
    const ends = { source: v6('fd00::1'), destination: v6('fd00::2') };
    const whole = buildPacket({
      layers: [
        { kind: 'ipv6', ...ends },
        { kind: 'udp', sourcePort: 1, destinationPort: 2 },
      ],
      payload: new Uint8Array(64),
    });
    const packet = parsePacket(
      buildPacket({
        layers: [
          { kind: 'ipv6', ...ends },
          { kind: 'ipv6_fragment', identification: 7, moreFragments: true, nextHeader: 17 },
        ],
        payload: whole.subarray(40, 40 + 32),
      }),
      { first: 'ip' },
    );
    expect(packet.stop).toBeUndefined();
    expect(layerOf(packet, 'udp')).toMatchObject({ sourcePort: 1 });
    expect(packet.payload).toHaveLength(24);
  });

  it.each<[string, string, Partial<Packet['stop']>]>([
    ['no frame', '0102', { reason: 'truncated', layer: 'ethernet', offset: 0 }],
    ['version 5', '0e0000000002 0e0000000001 0800 55', { reason: 'malformed', layer: 'ipv4', offset: 14 }],
    ['IPv4 header of 16 bytes', '0e0000000002 0e0000000001 0800 44 00 0014', { reason: 'malformed', layer: 'ipv4' }],
    [
      'IPv4 length 0',
      `0e0000000002 0e0000000001 0800 45 00 0000 ${'00'.repeat(16)}`,
      { reason: 'malformed', layer: 'ipv4' },
    ],
    [
      'ARP for something else',
      `0e0000000002 0e0000000001 0806 0006 ${'00'.repeat(26)}`,
      { reason: 'malformed', layer: 'arp' },
    ],
    [
      'nine extension headers',
      `0e0000000002 0e0000000001 86dd 60000000 0048 00 40 ${'00'.repeat(32)} ${'0000000000000000'.repeat(9)}`,
      { reason: 'malformed', layer: 'ipv6_extension', offset: 118 },
    ],
    [
      'a UDP header of which IP states half, although bytes follow',
      '0e0000000002 0e0000000001 0800 4500 0018 0001 0000 40 11 0000 0a0a0001 0a0a0002 0035 0035 0008 0000',
      { reason: 'truncated', layer: 'udp', offset: 34 },
    ],
    [
      'a neighbour discovery option of length 0',
      `0e0000000002 0e0000000001 86dd 60000000 0010 3a ff ${'00'.repeat(32)} 85000000 00000000 0100000000000000`,
      { reason: 'malformed', layer: 'icmpv6', offset: 54 },
    ],
  ])('stops at %s', (_, text, stop) => expect(parsePacket(hex(text)).stop).toMatchObject(stop ?? {}));
});

describe('announcements', () => {
  it('of IPv4 are broadcast requests of the owner for its own address', () => {
    expect(toHex(gratuitousArp({ mac: mac1, ip: v4('10.10.0.5') }))).toBe(
      'ffffffffffff0e0000000001080600010800060400010e00000000010a0a00050000000000000a0a0005',
    );
  });

  it('of IPv6 override what others remember', () => {
    const frame = unsolicitedNeighborAdvertisement({ mac: mac1, ip: v6('fd00::5') });
    const packet = parsePacket(frame);
    expect(wrongChecksums(frame, packet)).toEqual([]);
    expect(packet.layers).toMatchObject([
      { kind: 'ethernet', destination: '33:33:00:00:00:01', source: mac1 },
      { kind: 'ipv6', source: v6('fd00::5'), destination: v6('ff02::1'), hopLimit: 255 },
      { kind: 'neighbor_advertisement', target: v6('fd00::5'), solicited: false, override: true, router: false },
    ]);
    expect(layerOf(packet, 'neighbor_advertisement')?.options).toEqual([{ kind: 'target_link_layer', mac: mac1 }]);
  });
});

describe('answers that refuse', () => {
  const ethernet: BuildLayer = { kind: 'ethernet', destination: mac2, source: mac1 };
  const ipv4: BuildLayer = { kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2') };
  const ipv6: BuildLayer = { kind: 'ipv6', source: v6('fd00::1'), destination: v6('fd00::2') };
  const tcp = { kind: 'tcp', sourcePort: 4000, destinationPort: 80 } as const;
  const udp: BuildLayer = { kind: 'udp', sourcePort: 4000, destinationPort: 53 };
  const sent = (...layers: BuildLayer[]): Uint8Array => buildPacket({ layers, payload: new Uint8Array(2000).fill(7) });

  const answerTo = (bytes: Uint8Array, parts: PacketParts | undefined): Packet => {
    expect(parts).toBeDefined();
    const answer = buildPacket(parts as PacketParts);
    const packet = parsePacket(answer);
    expect(wrongChecksums(answer, packet)).toEqual([]);
    const [there, back] = [ipLayerOf(parsePacket(bytes)), ipLayerOf(packet)];
    expect([back?.source, back?.destination]).toEqual([there?.destination, there?.source]);
    expect(layerOf(packet, 'ethernet')).toMatchObject({ destination: mac1, source: mac2 });
    return packet;
  };

  it('reset a connection that is asked for', () => {
    const bytes = buildPacket({
      layers: [ethernet, { kind: 'vlan', id: 5 }, ipv4, { ...tcp, sequence: 0xffff_ffff, flags: tcpFlags.syn }],
    });
    const answer = answerTo(bytes, tcpReset(parsePacket(bytes)));
    expect(layerOf(answer, 'tcp')).toMatchObject({
      sourcePort: 80,
      destinationPort: 4000,
      flags: tcpFlags.rst | tcpFlags.ack,
      sequence: 0,
      acknowledgment: 0,
    });
    expect(layerOf(answer, 'vlan')).toMatchObject({ id: 5 });
    expect(layerOf(answer, 'ipv4')?.ttl).toBe(128);
  });

  it('reset a connection that exists where the peer expects it', () => {
    const bytes = sent(ethernet, ipv6, { ...tcp, sequence: 5, acknowledgment: 77, flags: tcpFlags.ack });
    expect(layerOf(answerTo(bytes, tcpReset(parsePacket(bytes), { ttl: 9 })), 'tcp')).toMatchObject({
      flags: tcpFlags.rst,
      sequence: 77,
    });
  });

  it('say that a datagram is prohibited, with its beginning', () => {
    const four = sent(ethernet, ipv4, udp);
    const answer4 = answerTo(four, icmpUnreachable(four, parsePacket(four)));
    expect(layerOf(answer4, 'icmpv4')).toMatchObject({ type: 3, code: 10 });
    expect(answer4.payload).toEqual(four.subarray(14, 14 + 28));
    const six = sent(ethernet, ipv6, udp);
    const answer6 = answerTo(six, icmpUnreachable(six, parsePacket(six), { code: 4 }));
    expect(layerOf(answer6, 'icmpv6')).toMatchObject({ type: 1, code: 4 });
    expect(answer6.payload).toEqual(six.subarray(14, 14 + 1232));
    expect(layerOf(parsePacket(answer6.payload, { first: 'ip' }), 'udp')).toMatchObject({ destinationPort: 53 });
    const cut = four.subarray(0, 60);
    expect(icmpUnreachable(cut, parsePacket(cut))?.payload).toEqual(four.subarray(14, 14 + 28));
  });

  it.each<[string, BuildLayer[]]>([
    ['a reset', [ethernet, ipv4, { ...tcp, flags: tcpFlags.rst }]],
    ['an ICMP error', [ethernet, ipv4, { kind: 'icmpv4', type: 3 }]],
    ['a source quench', [ethernet, ipv4, { kind: 'icmpv4', type: 4 }]],
    ['an ICMPv6 error', [ethernet, ipv6, { kind: 'icmpv6', type: 1 }]],
    ['multicast', [ethernet, { ...ipv4, destination: v4('224.0.0.1') }, udp]],
    ['a broadcast address', [ethernet, { ...ipv4, destination: v4('255.255.255.255') }, udp]],
    ['a sender without address', [ethernet, { ...ipv4, source: v4('0.0.0.0') }, udp]],
    ['an IPv6 sender without address', [ethernet, { ...ipv6, source: v6('::') }, udp]],
    ['a multicast frame address as sender', [{ ...ethernet, source: parseMac('01:00:5e:00:00:01') }, ipv4, udp]],
    ['a broadcast frame', [{ ...ethernet, destination: parseMac('ff:ff:ff:ff:ff:ff') }, ipv4, udp]],
    ['a later fragment', [ethernet, { ...ipv4, protocol: 17, fragmentOffset: 8 }]],
  ])('are not sent to %s', (_, layers) => {
    const bytes = sent(...layers);
    const packet = parsePacket(bytes);
    expect(tcpReset(packet)).toBeUndefined();
    if (layerOf(packet, 'tcp') === undefined) expect(icmpUnreachable(bytes, packet)).toBeUndefined();
  });

  it.each<[string, BuildLayer, number, boolean]>([
    ['an ICMP error', { ...ipv4, protocol: 1 }, 3, false],
    ['an echo request', { ...ipv4, protocol: 1 }, 8, true],
    ['an ICMPv6 error', { ...ipv6, nextHeader: 58 }, 1, false],
    ['an ICMPv6 echo request', { ...ipv6, nextHeader: 58 }, 128, true],
  ])('know %s whose header is cut', (_, ip, type, answered) => {
    const bytes = buildPacket({ layers: [ethernet, ip], payload: Uint8Array.of(type, 0) });
    expect(icmpUnreachable(bytes, parsePacket(bytes)) !== undefined).toBe(answered);
    const withoutType = buildPacket({ layers: [ethernet, ip] });
    expect(icmpUnreachable(withoutType, parsePacket(withoutType))).toBeUndefined();
  });
});

describe('buildPacket', () => {
  it.each<[string, BuildLayer[], string]>([
    [
      'a port that is none',
      [
        { kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2') },
        { kind: 'udp', sourcePort: 1, destinationPort: 70000 },
      ],
      'build udp: 70000 is not an integer of 16 bits',
    ],
    [
      'a transport header without IP',
      [{ kind: 'udp', sourcePort: 1, destinationPort: 2 }],
      'build udp: its checksum needs an IP layer',
    ],
    [
      'an unknown next layer',
      [{ kind: 'ethernet', source: mac1, destination: mac2 }],
      'build ethernet: nothing follows; give etherType',
    ],
    [
      'layers in a wrong order',
      [
        { kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2') },
        { kind: 'vlan', id: 1, etherType: 0 },
      ],
      'build ipv4: vlan cannot follow; give protocol',
    ],
    [
      'a fragment offset that is no multiple of 8',
      [{ kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2'), protocol: 17, fragmentOffset: 7 }],
      'build ipv4: 0.875 is not',
    ],
  ])('refuses %s', (_, layers, message) => expect(() => buildPacket({ layers })).toThrow(message));

  it("marks the outer of two tags as the provider's", () => {
    const tags: BuildLayer[] = [
      { kind: 'vlan', id: 1 },
      { kind: 'vlan', id: 2 },
    ];
    const packet = parsePacket(
      buildPacket({
        layers: [
          { kind: 'ethernet', source: mac1, destination: mac2 },
          ...tags,
          { kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2'), protocol: 99 },
        ],
      }),
    );
    expect(packet.layers).toMatchObject([
      { etherType: 0x88a8 },
      { id: 1, etherType: 0x8100 },
      { id: 2, etherType: 0x0800 },
      { kind: 'ipv4' },
    ]);
    expect(formatIp(layerOf(packet, 'ipv4')!.source)).toBe('10.0.0.1');
  });
});
