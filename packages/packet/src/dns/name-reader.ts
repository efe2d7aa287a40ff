import type { ByteReader } from '../byte-reader.js';
import { PacketError } from '../errors.js';

/** A name takes at most 255 bytes, length bytes and the final zero included (RFC 1035, 2.3.4). */
const maxNameLength = 255;
/** Each label can end in a pointer, and there are at most 127 labels. */
const maxPointers = 127;

/** Label bytes, then the end: a zero, or a pointer to where the name goes on. */
const pointerBits = 0xc0;

/** A name, or the end of one. */
interface Suffix {
  /** Empty for the root. */
  readonly text: string;
  /** Bytes it would take without compression. */
  readonly length: number;
  readonly pointers: number;
}

/**
 * Reads names of one message, compressed or not. A pointer must lead to before the name it is in, so that no chain is
 * endless; what a pointer leads to is read once, so that many pointers to a long name are cheap.
 */
export class NameReader {
  readonly #reader: ByteReader;
  readonly #known = new Map<number, Suffix>();

  /** The reader's bytes must be the message from its first byte on: pointers count from there. */
  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /** The name at the reader's place. */
  read(): string {
    return this.#readSuffix(0).text || '.';
  }

  #readSuffix(depth: number): Suffix {
    const reader = this.#reader;
    const start = reader.offset;
    const labels: string[] = [];
    let length = 1;
    for (;;) {
      const head = reader.u8();
      if (head === 0) return { text: labels.join('.'), length, pointers: 0 };
      if ((head & pointerBits) === pointerBits) {
        const target = ((head & 0x3f) << 8) | reader.u8();
        if (target >= start) throw malformed(`the pointer of the name at ${start} does not lead backwards`);
        return concatenate(labels, length, this.#suffixAt(target, depth + 1), start);
      }
      if ((head & pointerBits) !== 0) throw malformed(`label of unknown kind ${head >>> 6} at ${reader.offset - 1}`);
      labels.push(labelText(reader.take(head)));
      length += head + 1;
      checkLength(length, start);
    }
  }

  #suffixAt(target: number, depth: number): Suffix {
    const known = this.#known.get(target);
    if (known) return known;
    checkPointers(depth, target);
    const { offset, limit } = this.#reader;
    this.#reader.offset = target;
    this.#reader.limit = this.#reader.bytes.length;
    const suffix = this.#readSuffix(depth);
    this.#reader.offset = offset;
    this.#reader.limit = limit;
    this.#known.set(target, suffix);
    return suffix;
  }
}

function concatenate(labels: readonly string[], length: number, suffix: Suffix, start: number): Suffix {
  const text = suffix.text === '' ? labels.join('.') : [...labels, suffix.text].join('.');
  const whole = { text, length: length + suffix.length - 1, pointers: suffix.pointers + 1 };
  checkLength(whole.length, start);
  checkPointers(whole.pointers, start);
  return whole;
}

function checkLength(length: number, start: number): void {
  if (length > maxNameLength) throw malformed(`name of more than ${maxNameLength} bytes at ${start}`);
}

function checkPointers(pointers: number, start: number): void {
  if (pointers > maxPointers) throw malformed(`more than ${maxPointers} pointers in the name at ${start}`);
}

function malformed(message: string): PacketError {
  return new PacketError('malformed', `dns: ${message}`);
}

function labelText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x2e || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
}
