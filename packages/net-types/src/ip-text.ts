import { NetTypesError } from './errors.js';
import type { IpAddress } from './ip.js';

const dot = 0x2e;
const colon = 0x3a;
const zero = 0x30;
const nine = 0x39;

/**
 * Parses an address strictly: no leading zeros in IPv4, no zone in IPv6, nothing around it; IPv6 may end in dotted
 * IPv4 (RFC 4291). Throws `NetTypesError`.
 */
export function parseIp(text: string): IpAddress {
  const address = tryParseIp(text);
  if (!address) throw new NetTypesError('invalid-ip', `${JSON.stringify(text)} is not an IP address`);
  return address;
}

/** As `parseIp`; undefined for text that is no address. */
export function tryParseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) {
    const value = ipv6Value(text);
    return value === undefined ? undefined : { family: 'ipv6', value };
  }
  const value = ipv4Value(text, 0);
  return value < 0 ? undefined : { family: 'ipv4', value };
}

/** The value of dotted text from `start` on, or -1. By hand: this stands in the way of every address of every policy. */
function ipv4Value(text: string, start: number): number {
  if (text.length - start > 15) return -1;
  let value = 0;
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let i = start; i <= text.length; i++) {
    const code = i === text.length ? dot : text.charCodeAt(i);
    if (code === dot) {
      if (digits === 0 || octet > 255) return -1;
      value = value * 256 + octet;
      octets += 1;
      octet = 0;
      digits = 0;
    } else {
      if (code < zero || code > nine || (digits > 0 && octet === 0)) return -1;
      octet = octet * 10 + code - zero;
      digits += 1;
      if (digits > 3) return -1;
    }
  }
  return octets === 4 ? value : -1;
}

/** The value of IPv6 text; one pass over the groups, with the place of `::` remembered. */
function ipv6Value(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    if (groups.length === 8) return undefined;
    const end = hexEnd(text, at);
    const after = text.charCodeAt(end);
    if (after === dot) return ipv6EndingInIpv4(text, at, groups, gap);
    if (end === at || end - at > 4) return undefined;
    groups.push(Number.parseInt(text.slice(at, end), 16));
    if (end === text.length) break;
    if (after !== colon) return undefined;
    at = end + 1;
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at += 1;
    } else if (at === text.length) return undefined;
  }
  return joinGroups(groups, gap);
}

function hexEnd(text: string, start: number): number {
  let end = start;
  while (isHex(text.charCodeAt(end))) end += 1;
  return end;
}

function isHex(code: number): boolean {
  const lower = code | 0x20;
  return (code >= zero && code <= nine) || (lower >= 0x61 && lower <= 0x66);
}

function ipv6EndingInIpv4(text: string, at: number, groups: number[], gap: number): bigint | undefined {
  const value = ipv4Value(text, at);
  if (value < 0) return undefined;
  groups.push(value >>> 16, value & 0xffff);
  return joinGroups(groups, gap);
}

function joinGroups(groups: readonly number[], gap: number): bigint | undefined {
  const missing = 8 - groups.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  const word = (index: number): number => {
    if (gap < 0 || index < gap) return groups[index] ?? 0;
    return index < gap + missing ? 0 : (groups[index - missing] ?? 0);
  };
  const half = (first: number): bigint =>
    (BigInt(word(first) * 0x10000 + word(first + 1)) << 32n) | BigInt(word(first + 2) * 0x10000 + word(first + 3));
  return (half(0) << 64n) | half(4);
}

/** Canonical text, also the key of an address in maps: dotted decimal, or RFC 5952. */
export function formatIp(address: IpAddress): string {
  return address.family === 'ipv4' ? formatIpv4(address.value) : formatIpv6(address.value);
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

function formatIpv6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${formatIpv4(Number(value & 0xffff_ffffn))}`;
  const groups = groupsOf(value);
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

function groupsOf(value: bigint): number[] {
  const groups: number[] = [];
  for (let shift = 96n; shift >= 0n; shift -= 32n) {
    const word = Number((value >> shift) & 0xffff_ffffn);
    groups.push(word >>> 16, word & 0xffff);
  }
  return groups;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}
