import { isIPv6 } from 'node:net';

/** Families as Services and EndpointSlices name them. */
export type AddressType = 'IPv4' | 'IPv6';

export function familyOf(address: string): AddressType {
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}
