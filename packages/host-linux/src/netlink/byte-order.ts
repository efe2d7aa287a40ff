import { endianness } from 'node:os';

/** Netlink speaks the byte order of the machine. */
export const hostIsLittleEndian = endianness() === 'LE';

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
