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
