import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { internetChecksum, pseudoHeaderSum, type PseudoHeader } from '../checksums.js';
import { PacketError } from '../errors.js';

/** UDP header (RFC 768). Length and checksum are computed when it is built. */
export interface Udp {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const headerLength = 8;

/** The header, and the length of its payload as it states. */
export function parseUdp(reader: ByteReader): { readonly layer: Udp; readonly payloadLength: number } {
  const layer: Udp = { kind: 'udp', sourcePort: reader.u16(), destinationPort: reader.u16() };
  const length = reader.u16();
  reader.u16();
  if (length < headerLength) throw new PacketError('malformed', `udp: length ${length} without a header`);
  return { layer, payloadLength: length - headerLength };
}

export function buildUdp({ sourcePort, destinationPort }: Udp, payload: Uint8Array, pseudo: PseudoHeader): Uint8Array {
  const length = headerLength + payload.length;
  const writer = new ByteWriter('udp', length).u16(sourcePort).u16(destinationPort).u16(length).u16(0).put(payload);
  // 0 would say that there is no checksum.
  writer.setU16(6, internetChecksum(writer.bytes(), pseudoHeaderSum(pseudo, length)) || 0xffff);
  return writer.bytes();
}
