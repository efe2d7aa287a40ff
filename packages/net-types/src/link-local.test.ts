import { expect, it } from 'vitest';
import { formatIp, linkLocalOf, parseMac } from './index.js';

it.each([
  ['e2:be:e8:94:c2:d4', 'fe80::e0be:e8ff:fe94:c2d4'],
  ['00:00:5e:00:53:01', 'fe80::200:5eff:fe00:5301'],
])('%s gives %s', (mac, address) => {
  expect(formatIp(linkLocalOf(parseMac(mac)))).toBe(address);
});
