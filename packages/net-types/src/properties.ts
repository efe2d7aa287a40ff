import { parseCidr, cidrContains } from './cidr.js';
import type { IpAddress } from './ip.js';

const loopback = [parseCidr('127.0.0.0/8'), parseCidr('::1/128')];
const linkLocal = [parseCidr('169.254.0.0/16'), parseCidr('fe80::/10')];
const multicast = [parseCidr('224.0.0.0/4'), parseCidr('ff00::/8')];
const unspecified = [parseCidr('0.0.0.0/32'), parseCidr('::/128'), parseCidr('255.255.255.255/32')];

export function isLoopback(address: IpAddress): boolean {
  return loopback.some((cidr) => cidrContains(cidr, address));
}

export function isLinkLocal(address: IpAddress): boolean {
  return linkLocal.some((cidr) => cidrContains(cidr, address));
}

export function isMulticast(address: IpAddress): boolean {
  return multicast.some((cidr) => cidrContains(cidr, address));
}

/** An address that one interface has and others can send to from beyond the link; private ones count. */
export function isGlobalUnicast(address: IpAddress): boolean {
  const special = [...loopback, ...linkLocal, ...multicast, ...unspecified];
  return !special.some((cidr) => cidrContains(cidr, address));
}
