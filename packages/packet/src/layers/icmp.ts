import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { internetChecksum, pseudoHeaderSum, type PseudoHeader } from '../checksums.js';

/** ICMP message (RFC 792); what follows the first 8 bytes is payload. */
export interface Icmpv4 {
  readonly kind: 'icmpv4';
  readonly type: number;
  readonly code: number;
  /** The 4 bytes whose meaning depends on the type: identifier and sequence number of an echo, MTU, or unused. */
  readonly rest: number;
}

/** ICMPv6 message (RFC 4443) other than neighbour discovery. */
export interface Icmpv6 {
  readonly kind: 'icmpv6';
  readonly type: number;
  readonly code: number;
  /** As for ICMPv4. */
  readonly rest: number;
}

export function parseIcmp(reader: ByteReader, kind: 'icmpv4' | 'icmpv6'): Icmpv4 | Icmpv6 {
  const type = reader.u8();
  const code = reader.u8();
  reader.u16();
  return { kind, type, code, rest: reader.u32() };
}

export function buildIcmpv4({ type, code, rest }: Icmpv4, payload: Uint8Array): Uint8Array {
  const writer = new ByteWriter('icmpv4', 8 + payload.length).u8(type).u8(code).u16(0).u32(rest).put(payload);
  writer.setU16(2, internetChecksum(writer.bytes()));
  return writer.bytes();
}

/** The whole message of ICMPv6, whose checksum covers the addresses too. */
export function buildIcmpv6(
  { type, code, body }: { readonly type: number; readonly code: number; readonly body: Uint8Array },
  pseudo: PseudoHeader,
): Uint8Array {
  const writer = new ByteWriter('icmpv6', 4 + body.length).u8(type).u8(code).u16(0).put(body);
  writer.setU16(2, internetChecksum(writer.bytes(), pseudoHeaderSum(pseudo, writer.length)));
  return writer.bytes();
}

/** The `rest` of an echo request or reply. */
export function echoRest(identifier: number, sequence: number): number {
  return identifier * 0x10000 + sequence;
}
