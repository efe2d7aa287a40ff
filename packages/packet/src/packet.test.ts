import { ipFromValue, macFromNumber, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPacket, type BuildLayer, type PacketParts } from './build-packet.js';
import { wrongChecksums } from './check-checksums.js';
import type { Layer } from './layers.js';
import { parsePacket } from './parse-packet.js';

const u4 = fc.nat(15);
const u8 = fc.nat(255);
const u16 = fc.nat(65535);
const u32 = fc.nat(0xffff_ffff);
const flag = fc.boolean();
const mac = fc.nat(2 ** 48 - 1).map(macFromNumber);
const ip4 = u32.map((value) => ipFromValue('ipv4', value) as Ipv4Address);
const ip6 = fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ipFromValue('ipv6', value) as Ipv6Address);
const bytes = (options: { min?: number; max: number; unit?: number }): fc.Arbitrary<Uint8Array> =>
  fc
    .integer({ min: options.min ?? 0, max: options.max })
    .chain((count) =>
      fc.uint8Array({ minLength: count * (options.unit ?? 1), maxLength: count * (options.unit ?? 1) }),
    );
const payloads = bytes({ max: 40 });
const kind = <K extends string>(value: K): fc.Arbitrary<K> => fc.constant(value);

/** `data` of a header or option that is measured in units of 8 bytes, 2 of which are not data. */
const unitData = fc.integer({ min: 0, max: 3 }).chain((units) => bytes({ min: 1, max: 1, unit: 6 + units * 8 }));

const tcpOption = fc.oneof(
  fc.record({ kind: kind('nop') }),
  fc.record({ kind: kind('maximum_segment_size'), value: u16 }),
  fc.record({ kind: kind('window_scale'), shift: u8 }),
  fc.record({ kind: kind('sack_permitted') }),
  fc.record({
    kind: kind('sack'),
    blocks: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 1 }),
  }),
  fc.record({ kind: kind('timestamps'), value: u32, echo: u32 }),
  fc.record({ kind: kind('unknown'), type: fc.integer({ min: 20, max: 255 }), data: bytes({ max: 4 }) }),
);
const ndOption = fc.oneof(
  fc.record({ kind: kind('source_link_layer'), mac }),
  fc.record({ kind: kind('target_link_layer'), mac }),
  fc.record({ kind: kind('mtu'), mtu: u32 }),
  fc.record({
    kind: kind('prefix'),
    prefix: ip6,
    prefixLength: u8,
    onLink: flag,
    autonomous: flag,
    validLifetime: u32,
    preferredLifetime: u32,
  }),
  fc.record({ kind: kind('unknown'), type: fc.integer({ min: 20, max: 255 }), data: unitData }),
);
const ndOptions = fc.array(ndOption, { maxLength: 3 });

const transport = fc.oneof(
  fc.record({
    kind: kind('tcp'),
    sourcePort: u16,
    destinationPort: u16,
    sequence: u32,
    acknowledgment: u32,
    flags: fc.nat(0xfff),
    window: u16,
    urgentPointer: u16,
    options: fc.array(tcpOption, { maxLength: 4 }),
  }),
  fc.record({ kind: kind('udp'), sourcePort: u16, destinationPort: u16 }),
  fc.record({ kind: kind('sctp'), sourcePort: u16, destinationPort: u16, verificationTag: u32 }),
);
const icmpv4 = fc.record({ kind: kind('icmpv4'), type: u8, code: u8, rest: u32 });
const icmpv6 = fc.record({ kind: kind('icmpv6'), type: fc.nat(132), code: u8, rest: u32 });
const discovery = fc.oneof(
  fc.record({ kind: kind('neighbor_solicitation'), target: ip6, options: ndOptions }),
  fc.record({
    kind: kind('neighbor_advertisement'),
    target: ip6,
    router: flag,
    solicited: flag,
    override: flag,
    options: ndOptions,
  }),
  fc.record({ kind: kind('router_solicitation'), options: ndOptions }),
  fc.record({
    kind: kind('router_advertisement'),
    hopLimit: u8,
    managed: flag,
    otherConfiguration: flag,
    lifetime: u16,
    reachableTime: u32,
    retransmitTimer: u32,
    options: ndOptions,
  }),
);
const ipv4 = fc.record({
  kind: kind('ipv4'),
  source: ip4,
  destination: ip4,
  ttl: u8,
  dscp: fc.nat(63),
  ecn: fc.nat(3),
  identification: u16,
  dontFragment: flag,
  options: bytes({ max: 10, unit: 4 }),
});
const ipv6 = fc.record({
  kind: kind('ipv6'),
  source: ip6,
  destination: ip6,
  hopLimit: u8,
  dscp: fc.nat(63),
  ecn: fc.nat(3),
  flowLabel: fc.nat(0xfffff),
});
const extension = fc.oneof(
  fc.record({
    kind: kind('ipv6_extension'),
    type: fc.constantFrom('hop_by_hop' as const, 'routing' as const, 'destination' as const),
    data: unitData,
  }),
  fc
    .record({ kind: kind('ipv6_fragment'), identification: u32 })
    .map((layer) => ({ ...layer, fragmentOffset: 0, moreFragments: false })),
);
const arp = fc.record({
  kind: kind('arp'),
  operation: u16,
  senderMac: mac,
  senderIp: ip4,
  targetMac: mac,
  targetIp: ip4,
});

const network: fc.Arbitrary<PacketParts> = fc.oneof(
  arp.map((layer) => ({ layers: [layer] })),
  fc
    .tuple(ipv4, fc.oneof(transport, icmpv4), payloads)
    .map(([ip, inner, payload]) => ({ layers: [ip, inner], payload })),
  fc
    .tuple(ipv6, fc.array(extension, { maxLength: 4 }), fc.oneof(transport, icmpv6), payloads)
    .map(([ip, extensions, inner, payload]) => ({ layers: [ip, ...extensions, inner], payload })),
  fc.tuple(ipv6, discovery).map(([ip, inner]) => ({ layers: [ip, inner] })),
);
const frame = fc.record({ kind: kind('ethernet'), destination: mac, source: mac });
const tag = fc.record({ kind: kind('vlan'), priority: fc.nat(7), dropEligible: flag, id: fc.nat(0xfff) });
const packets: fc.Arbitrary<PacketParts> = fc
  .tuple(frame, fc.array(tag, { maxLength: 2 }), network)
  .map(([ethernet, tags, { layers, payload }]) => ({
    layers: [ethernet, ...tags, ...layers] as BuildLayer[],
    ...(payload && { payload }),
  }))
  .filter(({ layers }) => layers.every((layer) => layer.kind !== 'tcp' || optionsFit(layer)));

function optionsFit(layer: BuildLayer): boolean {
  try {
    buildPacket({ layers: [{ kind: 'ipv4', source: zero, destination: zero }, layer] });
    return true;
  } catch {
    return false;
  }
}
const zero = ipFromValue('ipv4', 0) as Ipv4Address;

describe('a packet that is built', () => {
  it('reads as what it was built from, with right checksums', () => {
    fc.assert(
      fc.property(packets, (parts) => {
        const built = buildPacket(parts);
        const packet = parsePacket(built);
        expect(packet.stop).toBeUndefined();
        expect(packet.layers).toHaveLength(parts.layers.length);
        for (const [index, layer] of parts.layers.entries()) expect(packet.layers[index]).toMatchObject(layer as Layer);
        expect(packet.payload).toEqual(parts.payload ?? new Uint8Array());
        expect(wrongChecksums(built, packet)).toEqual([]);
        expect(buildPacket(packet)).toEqual(built);
      }),
      { numRuns: 300 },
    );
  });

  it('reads the same with padding after it', () => {
    fc.assert(
      fc.property(packets, bytes({ max: 20 }), (parts, padding) => {
        const built = buildPacket(parts);
        const padded = new Uint8Array([...built, ...padding]);
        expect(parsePacket(padded)).toEqual(parsePacket(built));
      }),
    );
  });

  it('shows in its checksums that a bit was turned over', () => {
    fc.assert(
      fc.property(packets, fc.nat(), (parts, choice) => {
        const built = buildPacket(parts);
        const whole = parsePacket(built);
        const inner = whole.layers.at(-1);
        fc.pre(inner?.kind === 'tcp' || inner?.kind === 'icmpv6' || inner?.kind === 'sctp');
        // Sequence number, verification tag or the body of the message: nothing that changes how it is read.
        const changed = built.slice();
        const at = (whole.offsets.at(-1) ?? 0) + 4 + (choice % 4);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(wrongChecksums(changed, parsePacket(changed))).toEqual([inner?.kind]);
      }),
    );
  });
});

describe('a packet that is cut short', () => {
  it('says so, and keeps the layers before', () => {
    fc.assert(
      fc.property(packets, fc.nat(), (parts, choice) => {
        const built = buildPacket(parts);
        const cut = built.subarray(0, choice % built.length);
        const packet = parsePacket(cut);
        const whole = parsePacket(built);
        expect(packet.stop?.reason).toBe('truncated');
        expect(packet.layers).toEqual(whole.layers.slice(0, packet.layers.length));
        expect(packet.offsets).toHaveLength(packet.layers.length);
      }),
    );
  });
});

describe('bytes of any kind', () => {
  const starts = fc.constantFrom(
    [],
    [0x08, 0x00, 0x45],
    [0x86, 0xdd, 0x60],
    [0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 0],
    [0x81, 0x00, 0x00, 0x05, 0x08, 0x06, 0, 1, 8, 0, 6, 4],
  );

  it('never make the parser throw, and every byte it reads is there', () => {
    fc.assert(
      fc.property(bytes({ max: 12 }), starts, bytes({ max: 200 }), u4, (macs, start, rest, shift) => {
        // In the middle of a larger buffer, as a view.
        const random = new Uint8Array([...new Uint8Array(shift), ...macs, ...start, ...rest, 1, 2, 3]).subarray(
          shift,
          -3,
        );
        for (const first of ['ethernet', 'ip'] as const) {
          const packet = parsePacket(random, { first });
          expect(packet.payload.byteOffset + packet.payload.length).toBeLessThanOrEqual(
            random.byteOffset + random.length,
          );
          wrongChecksums(random, packet);
          buildPacket(packet);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('of a valid packet with some changed are read without harm', () => {
    fc.assert(
      fc.property(packets, fc.array(fc.tuple(fc.nat(), u8), { maxLength: 6 }), (parts, changes) => {
        const built = buildPacket(parts).slice();
        for (const [at, value] of changes) built[at % built.length] = value;
        const packet = parsePacket(built);
        wrongChecksums(built, packet);
        const mended = buildPacket(packet);
        // Of what could not be read, lengths may be right now and the checksum within not.
        if (!packet.stop) expect(buildPacket(parsePacket(mended))).toEqual(mended);
        expect(packet.layers.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
