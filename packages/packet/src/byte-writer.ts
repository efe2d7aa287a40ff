import { PacketError } from './errors.js';

/** Writes big-endian values into a buffer that grows; a value that does not fit is an error, never cut. */
export class ByteWriter {
  readonly #subject: string;
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** The subject is named in errors, such as `tcp`. */
  constructor(subject: string, capacity = 64) {
    this.#subject = subject;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#check(value, 8);
    const start = this.#grow(1);
    this.#view.setUint8(start, value);
    return this;
  }

  u16(value: number): this {
    this.#check(value, 16);
    const start = this.#grow(2);
    this.#view.setUint16(start, value);
    return this;
  }

  u32(value: number): this {
    this.#check(value, 32);
    const start = this.#grow(4);
    this.#view.setUint32(start, value);
    return this;
  }

  put(bytes: Uint8Array): this {
    // First: it may replace the buffer.
    const start = this.#grow(bytes.length);
    this.#bytes.set(bytes, start);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** Zeros until the length is a multiple of `size`. */
  pad(size: number): this {
    return this.zeros((size - (this.#length % size)) % size);
  }

  /** Overwrites a value that was not known before. */
  setU8(offset: number, value: number): void {
    this.#check(value, 8);
    this.#view.setUint8(offset, value);
  }

  setU16(offset: number, value: number): void {
    this.#check(value, 16);
    this.#view.setUint16(offset, value);
  }

  setU32(offset: number, value: number): void {
    this.#check(value, 32);
    this.#view.setUint32(offset, value);
  }

  /** Throws unless the value is an unsigned integer of so many bits. */
  fits(value: number, bits: number): number {
    this.#check(value, bits);
    return value;
  }

  /** What was written; further writes may change it. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #check(value: number, bits: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return;
    throw new PacketError('invalid-field', `build ${this.#subject}: ${value} is not an integer of ${bits} bits`);
  }

  #grow(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}
