import { readFileSync } from 'node:fs';
import { formatIp, parseIp, parseMac, type Ipv4Address } from '@antrea-ts/net-types';
import { expect, test } from 'vitest';
import { buildDns, buildPacket, dnsTypes, layerOf, parseDns, parsePacket } from './index.js';

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

test('the example of the README does what it says', () => {
  // README example: begin
  const frame = buildPacket({
    layers: [
      { kind: 'ethernet', source: parseMac('0e:00:00:00:00:05'), destination: parseMac('0e:00:00:00:00:01') },
      { kind: 'ipv4', source: parseIp('10.10.0.5') as Ipv4Address, destination: parseIp('10.10.0.2') as Ipv4Address },
      { kind: 'udp', sourcePort: 40000, destinationPort: 53 },
    ],
    payload: buildDns({
      id: 7,
      recursionDesired: true,
      questions: [{ name: 'example.com', type: dnsTypes.A, class: 1 }],
    }),
  });

  const packet = parsePacket(frame); // never throws: packet.stop tells where it could not go on
  const source = formatIp(layerOf(packet, 'ipv4')!.source); // 10.10.0.5
  const port = layerOf(packet, 'udp')?.destinationPort; // 53
  const asked = parseDns(packet.payload).questions[0]?.name; // example.com
  const again = buildPacket(packet); // the same bytes
  // README example: end
  expect({ source, port, asked }).toEqual({ source: '10.10.0.5', port: 53, asked: 'example.com' });
  expect(again).toEqual(frame);

  const example = file('./readme.test.ts')
    .split(/ *\/\/ README example: (?:begin|end)\n/)[1]!
    .replace(/^ {2}/gm, '');
  expect(file('../README.md')).toContain(example.trim());
});
