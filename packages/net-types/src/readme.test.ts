import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  cidrContains,
  excludeCidrs,
  formatCidr,
  formatInterfaceAddress,
  formatIp,
  gatewayOf,
  macToNumber,
  parseCidr,
  parseIp,
  parseMac,
  portRangeToMasks,
  protocolNumber,
  rangeToPrefixes,
} from './index.js';

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

test('the example of the README does what it says', () => {
  // oxfmt-ignore-start
  // README example: begin
  const podCidr = parseCidr('10.10.1.0/24');
  const gateway = formatIp(gatewayOf(podCidr)); // 10.10.1.1
  const contains = cidrContains(podCidr, parseIp('10.10.1.7')); // true
  const address = formatInterfaceAddress({ address: gatewayOf(podCidr), prefixLength: 24 }); // 10.10.1.1/24

  const allowed = excludeCidrs(podCidr, [parseCidr('10.10.1.64/26')]).map(formatCidr); // 10.10.1.0/26, 10.10.1.128/25
  const range = rangeToPrefixes(parseIp('10.0.0.1'), parseIp('10.0.0.3')).map(formatCidr); // 10.0.0.1/32, 10.0.0.2/31
  const ports = portRangeToMasks(8080, 8083); // one pair: value 8080, mask 0xfffc

  const mac = macToNumber(parseMac('AA-BB-CC-DD-EE-FF')); // 0xaabbccddeeff
  const protocol = protocolNumber('TCP'); // 6
  // README example: end
  // oxfmt-ignore-end
  expect({ gateway, contains, address, protocol }).toEqual({
    gateway: '10.10.1.1',
    contains: true,
    address: '10.10.1.1/24',
    protocol: 6,
  });
  expect(allowed).toEqual(['10.10.1.0/26', '10.10.1.128/25']);
  expect(range).toEqual(['10.0.0.1/32', '10.0.0.2/31']);
  expect(ports).toEqual([{ value: 8080, mask: 0xfffc }]);
  expect(mac).toBe(0xaabbccddeeff);

  const source = file('./readme.test.ts')
    .split(/ *\/\/ README example: (?:begin|end)\n/)[1]!
    .replace(/^ {2}/gm, '');
  expect(file('../README.md')).toContain(source.trim());
});
