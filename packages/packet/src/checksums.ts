import { ipToBytes, type IpAddress } from '@antrea-ts/net-types';

/**
 * The Internet checksum (RFC 1071) of bytes and of a sum that stands before them. Over bytes that contain their
 * right checksum it is 0.
 */
export function internetChecksum(bytes: Uint8Array, initial = 0): number {
  let sum = initial;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8;
  while (sum > 0xffff) sum = Math.floor(sum / 0x10000) + (sum & 0xffff);
  return ~sum & 0xffff;
}

/** The addresses and the length that a transport checksum covers although they are not in its header. */
export interface PseudoHeader {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
}

/** The sum of a pseudo header (RFC 9293, RFC 8200), to start `internetChecksum` with. */
export function pseudoHeaderSum({ source, destination, protocol }: PseudoHeader, length: number): number {
  let sum = protocol + (length >>> 16) + (length & 0xffff);
  for (const address of [source, destination]) {
    const bytes = ipToBytes(address);
    for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  }
  return sum;
}

/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc;
});

/** CRC32c, the checksum of SCTP (RFC 9260, appendix A). Its lowest byte goes first on the wire. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
