import { networkOf, prefixMask, type Cidr } from './cidr.js';
import { NetTypesError } from './errors.js';
import { formatIp, tryParseIp } from './ip-text.js';
import { addressBits, ipFromValue, type IpAddress, type IpFamily } from './ip.js';

/** The netmask of a prefix as an address, such as 255.255.255.0 for 24. */
export function netmaskOf(family: IpFamily, prefixLength: number): IpAddress {
  return ipFromValue(family, prefixMask(family, prefixLength));
}

/** The prefix length of a netmask. Throws `invalid-mask` where a one follows a zero. */
export function prefixLengthOf(mask: IpAddress): number {
  const bits = BigInt(addressBits(mask.family));
  const inverse = BigInt.asUintN(Number(bits), ~BigInt(mask.value));
  if ((inverse & (inverse + 1n)) !== 0n) {
    throw new NetTypesError('invalid-mask', `${formatIp(mask)} is not a netmask: its ones are not all in front`);
  }
  return Number(bits) - (inverse === 0n ? 0 : inverse.toString(2).length);
}

/** The network of one address: /32 or /128. */
export function hostCidr(address: IpAddress): Cidr {
  return { address, prefixLength: addressBits(address.family) };
}

/** The last address of a network; for IPv4 its broadcast address. */
export function lastAddressOf(cidr: Cidr): IpAddress {
  const { address, prefixLength } = networkOf(cidr);
  const hostBits = BigInt(addressBits(address.family) - prefixLength);
  return ipFromValue(address.family, BigInt(address.value) | ((1n << hostBits) - 1n));
}

/** The family that text is an address of; undefined if it is none. */
export function ipFamilyOf(text: string): IpFamily | undefined {
  return tryParseIp(text)?.family;
}
