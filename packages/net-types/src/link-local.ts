import type { Ipv6Address } from './ip.js';
import { macToNumber, type MacAddress } from './mac.js';

const linkLocalPrefix = 0xfe80n << 112n;
/** The bit that says whether an address is globally unique, inverted in the interface identifier. */
const universalBit = 0x02n << 56n;

/** The link-local address that a MAC address gives (RFC 4291, modified EUI-64): what Linux makes by default. */
export function linkLocalOf(mac: MacAddress): Ipv6Address {
  const value = BigInt(macToNumber(mac));
  const identifier = ((value >> 24n) << 40n) | (0xfffen << 24n) | (value & 0xff_ffffn);
  return { family: 'ipv6', value: linkLocalPrefix | (identifier ^ universalBit) };
}
