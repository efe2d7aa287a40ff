/** Fixed-width zero-padded strings of the protocol. Bytes above 127 are read as Latin-1, so nothing can fail. */
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

export function readString(reader: WireReader, width: number): string {
  const bytes = reader.bytes(width);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
}

export function writeString(writer: WireWriter, text: string, width: number): void {
  for (let index = 0; index < width; index += 1) writer.u8(index < text.length ? text.charCodeAt(index) & 0xff : 0);
}
