import { spawnSync } from 'node:child_process';
import { parseIp, parseMac, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import { expect, test } from 'vitest';
import {
  buildDns,
  buildPacket,
  dnsTypes,
  echoRest,
  gratuitousArp,
  tcpFlags,
  unsolicitedNeighborAdvertisement,
  type BuildLayer,
} from './index.js';

const v4 = (text: string): Ipv4Address => parseIp(text) as Ipv4Address;
const v6 = (text: string): Ipv6Address => parseIp(text) as Ipv6Address;
const mac1 = parseMac('0e:00:00:00:00:01');
const mac2 = parseMac('0e:00:00:00:00:02');
const ethernet: BuildLayer = { kind: 'ethernet', destination: mac2, source: mac1 };
const ipv4: BuildLayer = { kind: 'ipv4', source: v4('10.0.0.1'), destination: v4('10.0.0.2'), identification: 1 };
const ipv6: BuildLayer = { kind: 'ipv6', source: v6('fd00::1'), destination: v6('fd00::2') };
const local: BuildLayer = { kind: 'ipv6', source: v6('fe80::1'), destination: v6('fd00::2'), hopLimit: 255 };
const packet = (...layers: BuildLayer[]): Uint8Array => buildPacket({ layers: [ethernet, ...layers] });
const withPayload = (payload: Uint8Array, ...layers: BuildLayer[]): Uint8Array =>
  buildPacket({ layers: [ethernet, ...layers], payload });

const answer = buildDns({
  id: 7,
  response: true,
  recursionDesired: true,
  recursionAvailable: true,
  questions: [{ name: 'www.example.com', type: dnsTypes.A, class: 1 }],
  answers: [
    { kind: 'CNAME', name: 'www.example.com', class: 1, ttl: 300, target: 'cdn.example.com' },
    { kind: 'A', name: 'cdn.example.com', class: 1, ttl: 60, address: v4('10.0.0.9') },
    { kind: 'AAAA', name: 'cdn.example.com', class: 1, ttl: 60, address: v6('fd00::9') },
    {
      kind: 'SRV',
      name: '_http._tcp.example.com',
      class: 1,
      ttl: 60,
      priority: 1,
      weight: 2,
      port: 80,
      target: 'cdn.example.com',
    },
    { kind: 'MX', name: 'example.com', class: 1, ttl: 60, preference: 10, exchange: 'mail.example.com' },
  ],
});

/** A file of packets as tcpdump reads it: little-endian, microseconds, Ethernet. */
function pcap(frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(1, 20);
  const records = frames.map((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
}

function tcpdump(frame: Uint8Array): string {
  const { stdout, stderr, status, error } = spawnSync('tcpdump', ['-nn', '-e', '-t', '-vv', '-r', '-'], {
    input: pcap([frame]),
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (error) throw error;
  expect(status, stderr).toBe(0);
  return stdout.replaceAll(/\s+/g, ' ');
}

test.each<[string, Uint8Array, string[]]>([
  [
    'a gratuitous ARP',
    gratuitousArp({ mac: mac1, ip: v4('10.0.0.1') }),
    ['ethertype ARP (0x0806)', 'who-has 10.0.0.1 tell 10.0.0.1'],
  ],
  [
    'an unsolicited neighbour advertisement',
    unsolicitedNeighborAdvertisement({ mac: mac1, ip: v6('fd00::1') }),
    [
      '33:33:00:00:00:01',
      '[icmp6 sum ok]',
      'neighbor advertisement',
      'tgt is fd00::1, Flags [override]',
      'destination link-address option (2), length 8 (1): 0e:00:00:00:00:01',
    ],
  ],
  [
    'an echo request',
    withPayload(new Uint8Array(8), ipv4, { kind: 'icmpv4', type: 8, rest: echoRest(7, 1) }),
    ['10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 1, length 16'],
  ],
  [
    'an ICMPv6 echo reply',
    packet(ipv6, { kind: 'icmpv6', type: 129, rest: echoRest(7, 2) }),
    ['[icmp6 sum ok] ICMP6, echo reply, id 7, seq 2'],
  ],
  [
    'a TCP SYN with options in two tags',
    packet({ kind: 'vlan', id: 10, priority: 3 }, { kind: 'vlan', id: 20 }, ipv4, {
      kind: 'tcp',
      sourcePort: 4000,
      destinationPort: 80,
      sequence: 5,
      window: 1024,
      flags: tcpFlags.syn,
      options: [
        { kind: 'maximum_segment_size', value: 1460 },
        { kind: 'sack_permitted' },
        { kind: 'timestamps', value: 9, echo: 8 },
        { kind: 'nop' },
        { kind: 'window_scale', shift: 7 },
      ],
    }),
    [
      '802.1Q-QinQ (0x88a8)',
      'vlan 10, p 3',
      'vlan 20, p 0',
      'Flags [S], cksum',
      '(correct)',
      'seq 5, win 1024, options [mss 1460,sackOK,TS val 9 ecr 8,nop,wscale 7]',
    ],
  ],
  [
    'a TCP segment over IPv6',
    withPayload(new Uint8Array(3), ipv6, {
      kind: 'tcp',
      sourcePort: 1,
      destinationPort: 2,
      flags: tcpFlags.psh | tcpFlags.ack,
      acknowledgment: 9,
    }),
    ['Flags [P.], cksum', '(correct)', 'ack 9'],
  ],
  [
    'a datagram over IPv4',
    withPayload(
      new Uint8Array(5),
      { ...ipv4, options: Uint8Array.of(0x94, 4, 0, 0), dscp: 7 },
      {
        kind: 'udp',
        sourcePort: 1,
        destinationPort: 2,
      },
    ),
    ['tos 0x1c', 'options (RA)', '[udp sum ok] UDP, length 5'],
  ],
  [
    'a datagram after extension headers',
    withPayload(
      new Uint8Array(4),
      ipv6,
      { kind: 'ipv6_extension', type: 'hop_by_hop', data: Uint8Array.of(5, 2, 0, 0, 1, 0) },
      { kind: 'ipv6_extension', type: 'destination', data: Uint8Array.of(1, 4, 0, 0, 0, 0) },
      { kind: 'ipv6_fragment', identification: 0x1234 },
      { kind: 'udp', sourcePort: 1, destinationPort: 2 },
    ),
    ['HBH (rtalert: 0x0000)', 'DSTOPT', 'frag (0x00001234:0|12)', 'UDP, length 4'],
  ],
  [
    'a router advertisement',
    packet(local, {
      kind: 'router_advertisement',
      hopLimit: 64,
      managed: false,
      otherConfiguration: true,
      lifetime: 1800,
      reachableTime: 0,
      retransmitTimer: 0,
      options: [
        {
          kind: 'prefix',
          prefix: v6('fd00::'),
          prefixLength: 64,
          onLink: true,
          autonomous: true,
          validLifetime: 7200,
          preferredLifetime: 3600,
        },
        { kind: 'mtu', mtu: 1450 },
        { kind: 'source_link_layer', mac: mac1 },
      ],
    }),
    [
      '[icmp6 sum ok]',
      'router advertisement',
      'hop limit 64, Flags [other stateful]',
      'router lifetime 1800s',
      'fd00::/64, Flags [onlink, auto], valid time 7200s, pref. time 3600s',
      'mtu option (5), length 8 (1): 1450',
      '0e:00:00:00:00:01',
    ],
  ],
  [
    'a neighbour solicitation',
    packet(local, {
      kind: 'neighbor_solicitation',
      target: v6('fd00::2'),
      options: [{ kind: 'source_link_layer', mac: mac1 }],
    }),
    ['[icmp6 sum ok]', 'who has fd00::2', 'source link-address option (1)'],
  ],
  [
    'an SCTP INIT',
    withPayload(Uint8Array.from([1, 0, 0, 20, 0, 0, 0, 9, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 3]), ipv4, {
      kind: 'sctp',
      sourcePort: 5,
      destinationPort: 6,
    }),
    ['sctp', '[INIT] [init tag: 9] [rwnd: 65536] [OS: 1] [MIS: 1] [init TSN: 3]'],
  ],
  [
    'a DNS answer',
    withPayload(answer, ipv4, { kind: 'udp', sourcePort: 53, destinationPort: 4000 }),
    [
      '[udp sum ok] 7 q: A? www.example.com. 5/0/0',
      'www.example.com. CNAME cdn.example.com., cdn.example.com. A 10.0.0.9, cdn.example.com. AAAA fd00::9',
      '_http._tcp.example.com. SRV cdn.example.com.:80 1 2',
      'example.com. MX mail.example.com. 10',
    ],
  ],
])('tcpdump reads %s as we meant it', (_, frame, parts) => {
  const text = tcpdump(frame);
  for (const part of parts) expect(text).toContain(part);
  expect(text).not.toMatch(/bad|wrong|incorrect|truncated|\[\|/i);
});
