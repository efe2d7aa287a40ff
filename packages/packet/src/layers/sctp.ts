import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { crc32c } from '../checksums.js';

/** Common header of SCTP (RFC 9260); the chunks are payload. */
export interface Sctp {
  readonly kind: 'sctp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
}

export function parseSctp(reader: ByteReader): Sctp {
  const layer: Sctp = {
    kind: 'sctp',
    sourcePort: reader.u16(),
    destinationPort: reader.u16(),
    verificationTag: reader.u32(),
  };
  reader.u32();
  return layer;
}

export function buildSctp({ sourcePort, destinationPort, verificationTag }: Sctp, payload: Uint8Array): Uint8Array {
  const writer = new ByteWriter('sctp', 12 + payload.length);
  writer.u16(sourcePort).u16(destinationPort).u32(verificationTag).u32(0).put(payload);
  const bytes = writer.bytes();
  new DataView(bytes.buffer).setUint32(8, crc32c(bytes), true);
  return bytes;
}
