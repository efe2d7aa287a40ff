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

/** An address of either family; tell them apart by `family`. */
export type IpAddress = Ipv4Address | Ipv6Address;

/** Width of a family's addresses in bits. */
export function addressBits(family: IpFamily): 32 | 128 {
  return family === 'ipv4' ? 32 : 128;
}

/** The address of an integer, of which the bits beyond the family's width are dropped. */
export function ipFromValue(family: IpFamily, value: number | bigint): IpAddress {
  if (family === 'ipv6') return { family, value: BigInt.asUintN(128, BigInt(value)) };
  return { family, value: typeof value === 'number' ? value >>> 0 : Number(BigInt.asUintN(32, value)) };
}

/** IPv4 before IPv6, then by value. */
export function compareIp(a: IpAddress, b: IpAddress): number {
  if (a.family !== b.family) return a.family === 'ipv4' ? -1 : 1;
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}

/** Whether family and value are the same. */
export function ipEquals(a: IpAddress, b: IpAddress): boolean {
  return a.value === b.value && a.family === b.family;
}

/** The address as 4 or 16 bytes in network order. */
export function ipToBytes(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(addressBits(address.family) / 8);
  if (address.family === 'ipv4') writeWord(bytes, 0, address.value);
  else {
    for (let at = 0; at < 16; at += 4) {
      writeWord(bytes, at, Number((address.value >> BigInt(96 - at * 8)) & 0xffff_ffffn));
    }
  }
  return bytes;
}

/** Without a DataView: for it, a short array would have to leave the heap. */
function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** The address in 4 or 16 bytes. Throws for any other length. */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return { family: 'ipv4', value: readWord(bytes, 0) };
  if (bytes.length === 16) {
    let value = 0n;
    for (let at = 0; at < 16; at += 4) value = (value << 32n) | BigInt(readWord(bytes, at));
    return { family: 'ipv6', value };
  }
  throw new NetTypesError('invalid-ip', `${bytes.length} bytes are no IP address`);
}

function readWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** The address `count` further on, wrapping at the end of the family. */
export function addToIp(address: IpAddress, count: number): IpAddress {
  if (address.family === 'ipv4') return { family: 'ipv4', value: (address.value + count) >>> 0 };
  return { family: 'ipv6', value: BigInt.asUintN(128, address.value + BigInt(count)) };
}
