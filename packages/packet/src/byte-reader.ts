import { PacketError } from './errors.js';

/** Reads big-endian values one after the other and never beyond its limit: throws `truncated` instead. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offset = 0;
  /** End of what may be read; a header that states a length lowers it. */
  limit: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limit = bytes.length;
  }

  get remaining(): number {
    return this.limit - this.offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** A view of the next bytes, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  #advance(length: number): number {
    const start = this.offset;
    if (length > this.limit - start) {
      throw new PacketError('truncated', `the bytes end at ${this.limit}, ${length} are wanted at ${start}`);
    }
    this.offset = start + length;
    return start;
  }
}
