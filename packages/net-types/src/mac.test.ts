import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMulticastMac, macFromBytes, macFromNumber, macToBytes, macToNumber, parseMac, tryParseMac } from './mac.js';

describe('MAC addresses', () => {
  it('are kept in lower case with colons', () => {
    expect(parseMac('AA-BB-CC-DD-EE-0F')).toBe('aa:bb:cc:dd:ee:0f');
    for (const text of [
      '',
      'aa:bb:cc:dd:ee',
      'aa:bb:cc:dd:ee:0',
      'aa:bb:cc:dd:ee:ff:00',
      'ga:bb:cc:dd:ee:ff',
      'aabbccddeeff',
    ]) {
      expect(tryParseMac(text)).toBeUndefined();
      expect(() => parseMac(text)).toThrow('is not a MAC address');
    }
  });

  it('become numbers and bytes, and back', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 48 - 1), (value) => {
        const mac = macFromNumber(value);
        expect(macToNumber(mac)).toBe(value);
        expect(macFromBytes(macToBytes(mac))).toBe(mac);
      }),
    );
    expect(() => macFromBytes(new Uint8Array(5))).toThrow('is not a MAC address');
    for (const value of [-1, 2 ** 48, 1.5]) expect(() => macFromNumber(value)).toThrow('is not a MAC address');
  });

  it('say whether they are for many', () => {
    expect(isMulticastMac(parseMac('ff:ff:ff:ff:ff:ff'))).toBe(true);
    expect(isMulticastMac(parseMac('33:33:00:00:00:01'))).toBe(true);
    expect(isMulticastMac(parseMac('aa:bb:cc:dd:ee:ff'))).toBe(false);
  });
});
