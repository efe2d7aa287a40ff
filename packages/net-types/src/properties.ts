import { cidrContains, parseCidr, type Cidr } from './cidr.js';
import type { IpAddress } from './ip.js';

const loopback = [parseCidr('127.0.0.0/8'), parseCidr('::1/128')];
const linkLocal = [parseCidr('169.254.0.0/16'), parseCidr('fe80::/10')];
const multicast = [parseCidr('224.0.0.0/4'), parseCidr('ff00::/8')];
const unspecified = [parseCidr('0.0.0.0/32'), parseCidr('::/128')];
const broadcast = parseCidr('255.255.255.255/32');
const notGlobal = [...loopback, ...linkLocal, ...multicast, ...unspecified, broadcast];

function isInAny(cidrs: readonly Cidr[], address: IpAddress): boolean {
  return cidrs.some((cidr) => cidrContains(cidr, address));
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(address: IpAddress): boolean {
  return isInAny(loopback, address);
}

/** A unicast address that is valid on one link only (RFC 3927, RFC 4291). */
export function isLinkLocal(address: IpAddress): boolean {
  return isInAny(linkLocal, address);
}

/** 224.0.0.0/4 or ff00::/8, of any scope. */
export function isMulticast(address: IpAddress): boolean {
  return isInAny(multicast, address);
}

/** 0.0.0.0 or `::`, which stands for no address. */
export function isUnspecified(address: IpAddress): boolean {
  return isInAny(unspecified, address);
}

/** An address that one interface has and others can send to from beyond the link; private ones count. */
export function isGlobalUnicast(address: IpAddress): boolean {
  return !isInAny(notGlobal, address);
}
