import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cidrContains,
  cidrContainsCidr,
  cidrsOverlap,
  compareCidr,
  formatCidr,
  formatInterfaceAddress,
  gatewayOf,
  parseCidr,
  parseInterfaceAddress,
  tryParseCidr,
} from './cidr.js';
import { excludeCidrs, rangeToPrefixes } from './cidr-sets.js';
import { ipFromValue } from './ip.js';
import { formatIp, parseIp } from './ip-text.js';
import { hostCidr, ipFamilyOf, lastAddressOf, netmaskOf, prefixLengthOf } from './masks.js';
import { isGlobalUnicast, isLinkLocal, isLoopback, isMulticast, isUnspecified } from './properties.js';

describe('parseCidr', () => {
  it('clears the bits beyond the prefix, or refuses them', () => {
    expect(formatCidr(parseCidr('10.1.2.3/16'))).toBe('10.1.0.0/16');
    expect(formatCidr(parseCidr('2001:db8:1:2::3/48'))).toBe('2001:db8:1::/48');
    expect(() => parseCidr('10.1.2.3/16', { strict: true })).toThrow('did you mean 10.1.0.0/16?');
    expect(formatCidr(parseCidr('0.0.0.0/0', { strict: true }))).toBe('0.0.0.0/0');
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/1e1',
    '::/129',
    '/8',
    '10.0.0.0/8/8',
  ])('refuses "%s"', (text) => {
    expect(tryParseCidr(text)).toBeUndefined();
    expect(() => parseCidr(text)).toThrow('is not a CIDR');
  });

  it('keeps the host bits of an address of an interface', () => {
    expect(formatInterfaceAddress(parseInterfaceAddress('10.1.2.3/16'))).toBe('10.1.2.3/16');
  });
});

describe('networks', () => {
  it('have the gateway first', () => {
    expect(formatIp(gatewayOf(parseCidr('10.10.1.0/24')))).toBe('10.10.1.1');
    expect(formatIp(gatewayOf(parseCidr('fd00:10::/64')))).toBe('fd00:10::1');
  });

  it('contain from the first to the last address, never across families', () => {
    const cidr = parseCidr('10.1.0.0/20');
    expect(formatIp(lastAddressOf(cidr))).toBe('10.1.15.255');
    expect(cidrContains(cidr, parseIp('10.1.15.255'))).toBe(true);
    expect(cidrContains(cidr, parseIp('10.1.16.0'))).toBe(false);
    expect(cidrContains(parseCidr('::/0'), parseIp('10.1.0.1'))).toBe(false);
  });

  it('overlap exactly when one contains the other', () => {
    const cidrs = fc
      .tuple(fc.nat(0xffff), fc.integer({ min: 24, max: 32 }))
      .map(([value, length]) => parseCidr(`${formatIp(ipFromValue('ipv4', value & 0x1ff))}/${length}`));
    fc.assert(
      fc.property(cidrs, cidrs, (a, b) => {
        const either = cidrContainsCidr(a, b) || cidrContainsCidr(b, a);
        expect(cidrsOverlap(a, b)).toBe(either);
        const [low, high] = [a, b].map((cidr) => [cidr.address.value, lastAddressOf(cidr).value] as const);
        expect(either).toBe(low![0] <= high![1] && high![0] <= low![1]);
      }),
    );
  });

  it('are ordered by address, the larger one first', () => {
    const sorted = ['10.1.0.0/24', '10.0.0.0/8', '10.0.0.0/24', '9.0.0.0/8']
      .map((text) => parseCidr(text))
      .sort(compareCidr);
    expect(sorted.map(formatCidr)).toEqual(['9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/24', '10.1.0.0/24']);
  });
});

describe('masks', () => {
  it('and prefix lengths are each other', () => {
    for (let length = 0; length <= 32; length++) expect(prefixLengthOf(netmaskOf('ipv4', length))).toBe(length);
    for (let length = 0; length <= 128; length++) expect(prefixLengthOf(netmaskOf('ipv6', length))).toBe(length);
    expect(formatIp(netmaskOf('ipv4', 20))).toBe('255.255.240.0');
    expect(formatIp(netmaskOf('ipv6', 20))).toBe('ffff:f000::');
    expect(() => prefixLengthOf(parseIp('255.0.255.0'))).toThrow('255.0.255.0 is not a netmask');
  });

  it('of one address are full', () => {
    expect(formatCidr(hostCidr(parseIp('10.0.0.1')))).toBe('10.0.0.1/32');
    expect(formatCidr(hostCidr(parseIp('fd00::1')))).toBe('fd00::1/128');
    expect(['10.0.0.1', '::', 'x'].map(ipFamilyOf)).toEqual(['ipv4', 'ipv6', undefined]);
  });
});

describe('excludeCidrs', () => {
  const without = (cidr: string, ...excepts: string[]): string[] =>
    excludeCidrs(
      parseCidr(cidr),
      excepts.map((text) => parseCidr(text)),
    ).map(formatCidr);

  it('is the difference in the fewest networks', () => {
    expect(without('10.0.0.0/8')).toEqual(['10.0.0.0/8']);
    expect(without('10.0.0.0/24', '10.0.0.0/8')).toEqual([]);
    expect(without('10.0.0.0/24', '10.0.1.0/24', 'fd00::/8')).toEqual(['10.0.0.0/24']);
    expect(without('10.0.0.0/24', '10.0.0.64/26')).toEqual(['10.0.0.0/26', '10.0.0.128/25']);
    expect(without('10.0.0.0/30', '10.0.0.1/32', '10.0.0.2/32')).toEqual(['10.0.0.0/32', '10.0.0.3/32']);
    expect(without('::/0', '8000::/1', '::/2')).toEqual(['4000::/2']);
    expect(without('0.0.0.0/0', '255.255.255.255/32')).toHaveLength(32);
    expect(without('::/0', '::/128')).toHaveLength(128);
  });

  it('holds an address exactly when no except does', () => {
    const inside = fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }));
    fc.assert(
      fc.property(fc.array(inside, { maxLength: 6 }), (rows) => {
        const excepts = rows.map(([host, length]) => parseCidr(`10.0.0.${host}/${length}`));
        const left = excludeCidrs(parseCidr('10.0.0.0/24'), excepts);
        for (let host = 0; host < 256; host++) {
          const address = parseIp(`10.0.0.${host}`);
          const holders = left.filter((cidr) => cidrContains(cidr, address)).length;
          expect(holders).toBe(excepts.some((cidr) => cidrContains(cidr, address)) ? 0 : 1);
        }
      }),
    );
  });
});

describe('rangeToPrefixes', () => {
  const range = (first: string, last: string): string[] =>
    rangeToPrefixes(parseIp(first), parseIp(last)).map(formatCidr);

  it('covers a range in the fewest networks', () => {
    expect(range('10.0.0.1', '10.0.0.6')).toEqual(['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/31', '10.0.0.6/32']);
    expect(range('0.0.0.0', '255.255.255.255')).toEqual(['0.0.0.0/0']);
    expect(range('::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toEqual(['::/0']);
    expect(range('10.0.0.5', '10.0.0.5')).toEqual(['10.0.0.5/32']);
    expect(() => range('10.0.0.2', '10.0.0.1')).toThrow('10.0.0.2 to 10.0.0.1 is not a range');
    expect(() => range('10.0.0.2', '::')).toThrow('not a range');
  });

  it('gives adjoining networks from the first to the last address', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        let next = first;
        for (const cidr of rangeToPrefixes(ipFromValue('ipv4', first), ipFromValue('ipv4', last))) {
          expect(cidr.address.value).toBe(next);
          next = Number(lastAddressOf(cidr).value) + 1;
        }
        expect(next).toBe(last + 1);
      }),
    );
  });
});

describe('kinds of addresses', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['255.255.255.255', 'none'],
    ['10.0.0.1', 'global'],
    ['fd00::1', 'global'],
    ['fec0::1', 'global'],
    ['::ffff:10.0.0.1', 'global'],
  ])('%s: %s', (text, kind) => {
    const address = parseIp(text);
    expect(isLoopback(address)).toBe(kind === 'loopback');
    expect(isLinkLocal(address)).toBe(kind === 'link-local');
    expect(isMulticast(address)).toBe(kind === 'multicast');
    expect(isUnspecified(address)).toBe(kind === 'unspecified');
    expect(isGlobalUnicast(address)).toBe(kind === 'global');
  });
});
