import { OpenflowError } from '../errors.js';

/**
 * Reads big-endian wire data inside fixed bounds. Every read checks them, so a decoder built on it cannot leave its
 * part of the message; offsets in errors count from the start of the whole buffer.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  u16(): number {
    const at = this.#take(2);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  u32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  u64(): bigint {
    return this.bigUint(8);
  }

  /** A number of `size` bytes, 1..6. */
  uint(size: number): number {
    const at = this.#take(size);
    let value = 0;
    for (let index = 0; index < size; index += 1) value = value * 256 + this.#bytes[at + index]!;
    return value;
  }

  bigUint(size: number): bigint {
    const start = this.#take(size);
    const bytes = this.#bytes;
    const end = start + size;
    let at = start;
    let value = 0n;
    for (; end - at >= 4; at += 4) {
      const word = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
      value = (value << 32n) | BigInt(word);
    }
    for (; at < end; at += 1) value = (value << 8n) | BigInt(bytes[at]!);
    return value;
  }

  /** A copy of the next `count` bytes. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.slice(at, at + count);
  }

  /** A copy of everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** Skips what is there of up to `count` bytes of padding; senders differ in whether the last padding is sent. */
  skipUpTo(count: number): void {
    this.#take(Math.min(count, this.remaining));
  }

  /** A reader over the next `count` bytes; this one continues behind them. */
  sub(count: number): WireReader {
    const at = this.#take(count);
    return new WireReader(this.#bytes, at, at + count);
  }

  /** Looks at a 16-bit value `ahead` bytes from here without taking it. */
  peekU16(ahead: number): number {
    const at = this.#at + ahead;
    if (at + 2 > this.#end) this.#fail(ahead + 2);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  /** The bytes from `start` (an earlier `offset`) up to here, as a copy. */
  since(start: number): Uint8Array {
    return this.#bytes.slice(start, this.#at);
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#end) this.#fail(count);
    this.#at = at + count;
    return at;
  }

  #fail(count: number): never {
    throw new OpenflowError('truncated', `decode: need ${count} bytes, have ${this.remaining}`, { offset: this.#at });
  }
}
