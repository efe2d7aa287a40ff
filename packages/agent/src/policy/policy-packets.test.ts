import type { PacketIn, PacketOut } from '@antrea-ts/openflow';
import { formatIp, parseIp, parseMac } from '@antrea-ts/net-types';
import { buildPacket, layerOf, parsePacket, tcpFlags, type BuildLayer } from '@antrea-ts/packet';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { describe, expect, it } from 'vitest';
import { AuditLog } from './audit-log.js';
import { PolicyPackets } from './policy-packets.js';

const ethernet = {
  kind: 'ethernet',
  source: parseMac('0a:00:00:00:00:01'),
  destination: parseMac('0a:00:00:00:00:02'),
} as const;
const podMac = parseMac('0a:00:00:00:00:03');
const ip = (kind: 'ipv4' | 'ipv6', from: string, to: string): BuildLayer =>
  ({ kind, source: parseIp(from), destination: parseIp(to) }) as BuildLayer;
const syn: BuildLayer = { kind: 'tcp', sourcePort: 4000, destinationPort: 80, sequence: 7, flags: tcpFlags.syn };

const logging = 1 << 24;
const reject = 2 << 24;
const denied = 1 << 20;
const dropped = 1 << 21;
const rejected = 2 << 21;

function packetIn(table: number, metadata: Record<string, number>, ...layers: BuildLayer[]): PacketIn {
  const data = buildPacket({ layers: [ethernet, ...layers] });
  return {
    type: 'packet_in',
    reason: 'no_match',
    table,
    cookie: 0n,
    totalLength: data.length,
    metadata: Object.entries(metadata).map(([field, value]) => ({ field, value })),
    data,
  };
}

function setUp() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const sent: Omit<PacketOut, 'type'>[] = [];
  const packets = new PolicyPackets({
    connection: { packetOut: (packet) => void sent.push(packet), congested: false },
    ruleOf: (id) => (id === 12 ? { policy: 'AntreaNetworkPolicy:default/np', priority: 14_500 } : undefined),
    localPod: (address) => (formatIp(address) === '10.10.1.3' ? { ofPort: 9, mac: podMac } : undefined),
    audit: new AuditLog({ clock, write: (line) => lines.push(line.replace(/^\S+ \S+ /, '').trim()) }),
    clock,
  });
  return { clock, lines, sent, packets };
}

const v4 = ip('ipv4', '10.10.1.2', '10.10.1.3');

describe('PolicyPackets', () => {
  it.each<[string, PacketIn, string]>([
    [
      'allowed on ingress',
      packetIn(85, { reg0: logging, reg6: 12 }, v4, syn),
      'AntreaPolicyIngressRule AntreaNetworkPolicy:default/np Allow 14500 SRC: 10.10.1.2 DEST: 10.10.1.3 40 TCP',
    ],
    [
      'allowed on egress',
      packetIn(45, { reg0: logging, reg5: 12, reg6: 99 }, v4, syn),
      'AntreaPolicyEgressRule AntreaNetworkPolicy:default/np Allow 14500 SRC: 10.10.1.2 DEST: 10.10.1.3 40 TCP',
    ],
    [
      'dropped',
      packetIn(100, { reg0: logging | denied | dropped, reg3: 12, reg6: 99 }, v4, syn),
      'IngressDefaultRule AntreaNetworkPolicy:default/np Drop 14500 SRC: 10.10.1.2 DEST: 10.10.1.3 40 TCP',
    ],
    [
      'IPv6, whose length is that of the payload',
      packetIn(85, { reg0: logging, reg6: 12 }, ip('ipv6', 'fd00::1', 'fd00::2'), syn),
      'AntreaPolicyIngressRule AntreaNetworkPolicy:default/np Allow 14500 SRC: fd00::1 DEST: fd00::2 20 TCP',
    ],
  ])('logs %s', async (_, packet, line) => {
    const { packets, lines, sent, clock } = setUp();
    expect(packets.handle(packet)).toBe(true);
    await clock.advance(1_000);
    expect(lines).toEqual([line]);
    expect(sent).toEqual([]);
  });

  it('resets a TCP connection in the name of its receiver, by the port of that Pod, marked', () => {
    const { packets, sent } = setUp();
    packets.handle(packetIn(85, { reg0: reject | denied | rejected, reg3: 12 }, v4, syn));
    expect(sent).toHaveLength(1);
    const { inPort, actions, data } = sent[0]!;
    expect(inPort).toBe(9);
    // Not that of the gateway, to which a packet for a Service goes: no Pod may send under that.
    expect(layerOf(parsePacket(data), 'ethernet')).toMatchObject({ source: podMac, destination: ethernet.source });
    expect(actions).toEqual([
      { kind: 'reg_load', dst: { field: 'reg0', offset: 24, bits: 4 }, value: 2 },
      { kind: 'output', port: 0xffff_fff9 },
    ]);
    expect(layerOf(parsePacket(data), 'tcp')).toMatchObject({
      sourcePort: 80,
      destinationPort: 4000,
      acknowledgment: 8,
      flags: tcpFlags.rst | tcpFlags.ack,
    });
  });

  it('tells others by ICMP, from the gateway when the receiver is not local', () => {
    const { packets, sent } = setUp();
    const udp: BuildLayer = { kind: 'udp', sourcePort: 1, destinationPort: 2 };
    packets.handle(packetIn(45, { reg0: reject | denied }, ip('ipv4', '10.10.1.3', '10.10.2.9'), udp));
    packets.handle(packetIn(45, { reg0: reject | denied }, ip('ipv6', 'fd00::1', 'fd00::2'), udp));
    expect(sent.map(({ inPort }) => inPort)).toEqual([2, 2]);
    expect(layerOf(parsePacket(sent[0]!.data), 'icmpv4')).toMatchObject({ type: 3, code: 10 });
    expect(layerOf(parsePacket(sent[1]!.data), 'icmpv6')).toMatchObject({ type: 1, code: 1 });
  });

  it('never answers an answer: two that reject each other do not loop', () => {
    const { packets, sent } = setUp();
    packets.handle(packetIn(85, { reg0: reject | denied }, v4, { ...syn, flags: tcpFlags.rst }));
    packets.handle(packetIn(85, { reg0: reject | denied }, v4, { kind: 'icmpv4', type: 3, code: 10 }));
    expect(sent).toEqual([]);
  });

  it('leaves to others what no policy sent', () => {
    const { packets } = setUp();
    expect(packets.handle(packetIn(0, {}, v4, syn))).toBe(false);
    expect(packets.handle(packetIn(0, { reg0: 8 << 24 }, v4, syn))).toBe(false);
  });

  it('looks at no more than so many a second', async () => {
    const { packets, sent, clock } = setUp();
    const one = packetIn(85, { reg0: reject | denied }, v4, syn);
    for (let i = 0; i < 1_000; i++) packets.handle(one);
    expect(sent).toHaveLength(400);
    expect(packets.dropped).toBe(600);
    await clock.advance(1_000);
    for (let i = 0; i < 1_000; i++) packets.handle(one);
    expect(sent).toHaveLength(600);
  });
});
