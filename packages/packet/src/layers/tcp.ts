import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { internetChecksum, pseudoHeaderSum, type PseudoHeader } from '../checksums.js';
import { PacketError } from '../errors.js';
import { buildTcpOptions, parseTcpOptions, type TcpOption } from './tcp-options.js';

/** TCP header (RFC 9293). Data offset and checksum are computed when it is built. */
export interface Tcp {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** 12 bits: see `tcpFlags`; the reserved ones pass through. */
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOption[];
}

const minHeader = 20;

export function parseTcp(reader: ByteReader): Tcp {
  const sourcePort = reader.u16();
  const destinationPort = reader.u16();
  const sequence = reader.u32();
  const acknowledgment = reader.u32();
  const word = reader.u16();
  const headerLength = (word >>> 12) * 4;
  if (headerLength < minHeader) throw new PacketError('malformed', `tcp: header of ${headerLength} bytes`);
  const window = reader.u16();
  reader.u16();
  const urgentPointer = reader.u16();
  return {
    kind: 'tcp',
    sourcePort,
    destinationPort,
    sequence,
    acknowledgment,
    flags: word & 0xfff,
    window,
    urgentPointer,
    options: parseTcpOptions(reader.take(headerLength - minHeader)),
  };
}

export function buildTcp(layer: Tcp, payload: Uint8Array, pseudo: PseudoHeader): Uint8Array {
  const options = buildTcpOptions(layer.options);
  const writer = new ByteWriter('tcp', minHeader + options.length + payload.length);
  writer.u16(layer.sourcePort).u16(layer.destinationPort).u32(layer.sequence).u32(layer.acknowledgment);
  writer.u16((writer.fits((minHeader + options.length) / 4, 4) << 12) | writer.fits(layer.flags, 12));
  writer.u16(layer.window).u16(0).u16(layer.urgentPointer).put(options).put(payload);
  writer.setU16(16, internetChecksum(writer.bytes(), pseudoHeaderSum(pseudo, writer.length)));
  return writer.bytes();
}
