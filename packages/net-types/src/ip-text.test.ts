import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetTypesError } from './errors.js';
import { addToIp, compareIp, ipEquals, ipFromBytes, ipFromValue, ipToBytes, type IpAddress } from './ip.js';
import { formatIp, parseIp, tryParseIp } from './ip-text.js';

const v4 = fc.nat(0xffff_ffff).map((value) => ipFromValue('ipv4', value));
/** Half of the groups are zero, so that runs of zeros occur. */
const v6 = fc.array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 0xffffn)), { minLength: 8, maxLength: 8 }).map((groups) =>
  ipFromValue(
    'ipv6',
    groups.reduce((value, group) => (value << 16n) | group, 0n),
  ),
);
const addresses = fc.oneof(v4, v6);
const nearAddresses = fc
  .array(fc.constantFrom(...'0123456789abcdefF:.'.split(''), '::', '255', '1.2.3.4', 'ffff', '%', '/', ' '), {
    maxLength: 17,
  })
  .map((pieces) => pieces.join(''));

describe('parseIp', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
  ])('%s is written %s', (text, canonical) => expect(formatIp(parseIp(text))).toBe(canonical));

  it.each([
    '',
    ' ',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.4 ',
    '1..2.3',
    '0x1.2.3.4',
    '1.2.3.4/32',
    '+1.2.3.4',
    ':',
    ':::',
    '1:::2',
    '::1::',
    ':1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '::1.2.3',
    '::01.2.3.4',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1/128',
  ])('refuses "%s"', (text) => {
    expect(tryParseIp(text)).toBeUndefined();
    expect(() => parseIp(text)).toThrow(NetTypesError);
  });

  it('accepts what Node accepts, zones left out', () => {
    fc.assert(
      fc.property(fc.oneof(nearAddresses, addresses.map(formatIp)), (text) => {
        const family = text.includes('%') ? 0 : isIP(text);
        expect(tryParseIp(text)?.family).toBe(family === 0 ? undefined : `ipv${family}`);
      }),
      { numRuns: 3000 },
    );
  });

  it('says what was wrong', () => {
    expect(() => parseIp('1.2.3')).toThrow('"1.2.3" is not an IP address');
  });
});

describe('formatIp', () => {
  it('is undone by parseIp', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseIp(formatIp(address))).toEqual(address);
      }),
    );
  });

  it('writes IPv6 as the platform does', () => {
    fc.assert(
      fc.property(v6, (address) => {
        const text = formatIp(address);
        fc.pre(!text.includes('.'));
        expect(new URL(`http://[${text}]`).hostname).toBe(`[${text}]`);
      }),
    );
  });
});

describe('values of addresses', () => {
  it('become bytes and back', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(ipFromBytes(ipToBytes(address))).toEqual(address);
      }),
    );
    expect(() => ipFromBytes(new Uint8Array(5))).toThrow('5 bytes');
  });

  it('are read from the middle of a larger buffer', () => {
    expect(formatIp(ipFromBytes(Uint8Array.of(9, 10, 0, 0, 1, 9).subarray(1, 5)))).toBe('10.0.0.1');
  });

  it('are ordered as their bytes, IPv4 first', () => {
    fc.assert(
      fc.property(addresses, addresses, (a, b) => {
        const key = (address: IpAddress): string =>
          `${address.family}${Buffer.from(ipToBytes(address)).toString('hex')}`;
        expect(Math.sign(compareIp(a, b))).toBe(key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
        expect(ipEquals(a, b)).toBe(key(a) === key(b));
      }),
    );
  });

  it('go round at the end of the family', () => {
    expect(formatIp(addToIp(parseIp('255.255.255.255'), 1))).toBe('0.0.0.0');
    expect(formatIp(addToIp(parseIp('::'), -1))).toBe('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
    expect(formatIp(addToIp(parseIp('10.0.0.255'), 1))).toBe('10.0.1.0');
  });
});
