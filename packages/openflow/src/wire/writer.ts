import { OpenflowError } from '../errors.js';

const mask32 = 0xffff_ffffn;

/** Growable buffer for big-endian wire data. Offsets are absolute; lengths are patched in after the content. */
export class WireWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(initialCapacity = 1024) {
    this.#bytes = new Uint8Array(initialCapacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** Forgets the content, keeps the memory. */
  reset(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Whether both hold the same content. */
  equals(other: WireWriter): boolean {
    if (this.#length !== other.#length) return false;
    for (let index = 0; index < this.#length; index += 1) {
      if (this.#bytes[index] !== other.#bytes[index]) return false;
    }
    return true;
  }

  u8(value: number): void {
    const at = this.#claim(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#claim(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  u32(value: number): void {
    const at = this.#claim(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  u64(value: bigint): void {
    this.#view.setBigUint64(this.#claim(8), value);
  }

  /** A number below 2^48 in `size` bytes (1..8). */
  uint(value: number, size: number): void {
    const at = this.#claim(size);
    if (size > 4) {
      this.#low(at + size - 4, value % 0x1_0000_0000, 4);
      this.#low(at, Math.floor(value / 0x1_0000_0000), size - 4);
    } else {
      this.#low(at, value, size);
    }
  }

  /** A non-negative bigint in `size` bytes, high bits that do not fit cut off. */
  bigUint(value: bigint, size: number): void {
    const at = this.#claim(size);
    let rest = value;
    let end = at + size;
    while (end - 4 >= at) {
      this.#low(end - 4, Number(rest & mask32), 4);
      rest >>= 32n;
      end -= 4;
    }
    if (end > at) this.#low(at, Number(rest & mask32), end - at);
  }

  bytes(data: Uint8Array): void {
    const at = this.#claim(data.length);
    this.#bytes.set(data, at);
  }

  zeros(count: number): void {
    const at = this.#claim(count);
    // A few, nearly always: `fill` takes longer to call than to fill.
    for (let index = at; index < at + count; index += 1) this.#bytes[index] = 0;
  }

  /** Zero bytes up to a multiple of `unit` counted from `start`. */
  padFrom(start: number, unit: number): void {
    const rest = (this.#length - start) % unit;
    if (rest !== 0) this.zeros(unit - rest);
  }

  /** Writes the distance from `start` to the end of the content as a 16-bit length at `at`. */
  patchLength(at: number, start: number): void {
    const length = this.#length - start;
    if (length > 0xffff) {
      throw new OpenflowError('too_long', `encode: structure of ${length} bytes exceeds 65535; split it`, {
        offset: start,
      });
    }
    this.#bytes[at] = length >>> 8;
    this.#bytes[at + 1] = length;
  }

  #low(at: number, value: number, size: number): void {
    for (let index = size - 1, rest = value; index >= 0; index -= 1, rest >>>= 8) this.#bytes[at + index] = rest;
  }

  #claim(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length = needed;
    return at;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
