import { NetTypesError } from './errors.js';

export type IpFamily = 'ipv4' | 'ipv6';

/** An IPv4 address as an unsigned 32-bit integer. */
export interface Ipv4Address {
  readonly family: 'ipv4';
  readonly value: number;
}

/** An IPv6 address as an unsigned 128-bit integer. */
export interface Ipv6Address {
  readonly family: 'ipv6';
  readonly value: bigint;
}

export type IpAddress = Ipv4Address | Ipv6Address;

/** Bits of an address. */
export function addressBits(family: IpFamily): 32 | 128 {
  return family === 'ipv4' ? 32 : 128;
}

/** Parses an address strictly: no leading zeros in IPv4, no zone in IPv6. Throws `NetTypesError`. */
export function parseIp(text: string): IpAddress {
  const address = tryParseIp(text);
  if (!address) throw new NetTypesError('invalid-ip', `"${text}" is not an IP address`);
  return address;
}

export function tryParseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) {
    const value = ipv6Value(text);
    return value === undefined ? undefined : { family: 'ipv6', value };
  }
  const value = ipv4Value(text);
  return value < 0 ? undefined : { family: 'ipv4', value };
}

/** The value of dotted text, or -1. By hand because this stands in the way of every address of every policy. */
function ipv4Value(text: string): number {
  if (text.length > 15) return -1;
  let value = 0;
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
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

const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;

function ipv6Value(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = ipv6Groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? ipv6Groups(halves[1] ?? '', true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(group);
  return value;
}

/** Groups between colons; the last one may be dotted IPv4 where the text ends there. */
function ipv6Groups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const value = ipv4Value(part);
      if (value < 0) return undefined;
      groups.push(Math.floor(value / 65536), value % 65536);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Canonical text: dotted decimal, or RFC 5952. */
export function formatIp(address: IpAddress): string {
  return address.family === 'ipv4' ? formatIpv4(address.value) : formatIpv6(address.value);
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

function formatIpv6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${formatIpv4(Number(value & 0xffff_ffffn))}`;
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
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

/** IPv4 before IPv6, then by value. */
export function compareIp(a: IpAddress, b: IpAddress): number {
  if (a.family !== b.family) return a.family === 'ipv4' ? -1 : 1;
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}

export function ipEquals(a: IpAddress, b: IpAddress): boolean {
  return a.value === b.value && a.family === b.family;
}

/** The address as 4 or 16 bytes in network order. */
export function ipToBytes(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(addressBits(address.family) / 8);
  const view = new DataView(bytes.buffer);
  if (address.family === 'ipv4') view.setUint32(0, address.value);
  else {
    view.setBigUint64(0, address.value >> 64n);
    view.setBigUint64(8, address.value & 0xffff_ffff_ffff_ffffn);
  }
  return bytes;
}

/** The address in 4 or 16 bytes. Throws for any other length. */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return { family: 'ipv4', value: view.getUint32(0) };
  if (bytes.length === 16) return { family: 'ipv6', value: (view.getBigUint64(0) << 64n) | view.getBigUint64(8) };
  throw new NetTypesError('invalid-ip', `${bytes.length} bytes are no IP address`);
}

/** The address `count` further on, wrapping at the end of the family. */
export function addToIp(address: IpAddress, count: number): IpAddress {
  if (address.family === 'ipv4') return { family: 'ipv4', value: (address.value + count) >>> 0 };
  return { family: 'ipv6', value: BigInt.asUintN(128, address.value + BigInt(count)) };
}
