import { OpenflowError } from '../errors.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

/** Type, length without padding, content, zeros up to 8 bytes: how OpenFlow 1.4 and Nicira messages list options. */
export function writeProperty(writer: WireWriter, type: number, content: () => void): void {
  const start = writer.length;
  writer.u16(type);
  writer.u16(0);
  content();
  writer.patchLength(start + 2, start);
  writer.padFrom(start, 8);
}

/** Calls `visit` with each property's type and a reader bounded to its content. */
export function readProperties(reader: WireReader, visit: (type: number, content: WireReader) => void): void {
  while (reader.remaining > 0) {
    const start = reader.offset;
    const type = reader.u16();
    const length = reader.u16();
    if (length < 4)
      throw new OpenflowError('malformed', `decode property ${type}: length ${length}`, { offset: start });
    visit(type, reader.sub(length - 4));
    reader.skipUpTo((8 - (length % 8)) % 8);
  }
}
