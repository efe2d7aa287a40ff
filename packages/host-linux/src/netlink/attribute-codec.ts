import { ipFromBytes, ipToBytes, type IpAddress } from '@antrea-ts/net-types';
import { hostIsLittleEndian, viewOf } from './byte-order.js';

/** How one kind of netlink attribute is written and read. */
export interface AttributeCodec<T> {
  readonly nested?: boolean;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

const text = new TextEncoder();
const untext = new TextDecoder();

export const u8: AttributeCodec<number> = {
  encode: (value) => Uint8Array.of(value),
  decode: (bytes) => viewOf(bytes).getUint8(0),
};

export const u16: AttributeCodec<number> = {
  encode(value) {
    const bytes = new Uint8Array(2);
    viewOf(bytes).setUint16(0, value, hostIsLittleEndian);
    return bytes;
  },
  decode: (bytes) => viewOf(bytes).getUint16(0, hostIsLittleEndian),
};

export const u32: AttributeCodec<number> = {
  encode(value) {
    const bytes = new Uint8Array(4);
    viewOf(bytes).setUint32(0, value, hostIsLittleEndian);
    return bytes;
  },
  decode: (bytes) => viewOf(bytes).getUint32(0, hostIsLittleEndian),
};

export const s32: AttributeCodec<number> = {
  encode: (value) => u32.encode(value >>> 0),
  decode: (bytes) => viewOf(bytes).getInt32(0, hostIsLittleEndian),
};

/** Zero-terminated text. */
export const string: AttributeCodec<string> = {
  encode: (value) => text.encode(`${value}\0`),
  decode(bytes) {
    const end = bytes.indexOf(0);
    return untext.decode(end < 0 ? bytes : bytes.subarray(0, end));
  },
};

export const raw: AttributeCodec<Uint8Array> = {
  encode: (value) => value,
  decode: (bytes) => bytes.slice(),
};

/** An IPv4 or IPv6 address, told apart by length. */
export const ip: AttributeCodec<IpAddress> = {
  encode: (value) => ipToBytes(value),
  decode: (bytes) => ipFromBytes(bytes),
};
