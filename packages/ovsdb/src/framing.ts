import './platform.js';
import { OvsdbError } from './errors.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Deeper than any OVSDB message; bounds the work of a parser on hostile input. */
const MAX_DEPTH = 64;

export interface FramingOptions {
  /** Longest message accepted, in bytes; 64 MiB unless told otherwise (a replica of 10,000 ports has about 10 MiB). */
  readonly maxMessageBytes?: number;
}

/**
 * Cuts a byte stream into JSON objects. JSON-RPC over a stream has no delimiters (RFC 7047 section 4), so an object
 * ends where its braces balance; braces inside strings do not count. Works on bytes, because in UTF-8 no byte of a
 * longer character looks like a brace, a quote or a backslash.
 */
export class JsonFraming {
  readonly #maxMessageBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Earlier chunks of the object that is not complete yet. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(options: FramingOptions = {}) {
    this.#maxMessageBytes = options.maxMessageBytes ?? 64 * 1024 * 1024;
  }

  /** Bytes kept because their object is not complete. */
  get buffered(): number {
    return this.#pendingBytes;
  }

  /**
   * The objects completed by these bytes, in order. Throws an `OvsdbError` `malformed` or `too large`; the stream
   * cannot be used after that. A generator, so that objects before the bad byte are still delivered.
   */
  *push(bytes: Uint8Array): Generator<JsonObject, void> {
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#depth === 0) {
        if (isSpace(byte)) {
          start = at + 1;
          continue;
        }
        if (byte !== OPEN_BRACE) throw malformed(`byte 0x${byte.toString(16)} where an object should start`);
        start = at;
        this.#depth = 1;
        continue;
      }
      if (!this.#closes(byte)) continue;
      yield this.#complete(bytes.subarray(start, at + 1));
      start = at + 1;
    }
    if (this.#depth > 0) this.#keep(bytes.subarray(start));
  }

  /** Advances the scanner by one byte inside an object; true when that byte ends it. */
  #closes(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++this.#depth > MAX_DEPTH) throw malformed(`nested deeper than ${MAX_DEPTH}`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return --this.#depth === 0;
    return false;
  }

  #keep(chunk: Uint8Array): void {
    this.#checkSize(chunk.length);
    // A copy: the caller may reuse its read buffer.
    this.#pending.push(chunk.slice());
    this.#pendingBytes += chunk.length;
  }

  #complete(last: Uint8Array): JsonObject {
    this.#checkSize(last.length);
    const text = this.#pending.length === 0 ? last : concat([...this.#pending, last], this.#pendingBytes + last.length);
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#parse(text);
  }

  #parse(bytes: Uint8Array): JsonObject {
    let value: Json;
    try {
      value = JSON.parse(this.#decoder.decode(bytes)) as Json;
    } catch (cause) {
      throw malformed('not JSON', cause);
    }
    if (!isJsonObject(value)) throw malformed('not an object');
    return value;
  }

  #checkSize(more: number): void {
    if (this.#pendingBytes + more <= this.#maxMessageBytes) return;
    throw new OvsdbError('too large', `receive: a message longer than ${this.#maxMessageBytes} bytes`);
  }
}

const encoder = new TextEncoder();

/** A message as bytes. */
export function encodeJson(value: JsonObject): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function malformed(what: string, cause?: unknown): OvsdbError {
  return new OvsdbError('malformed', `receive: the peer's bytes are no JSON-RPC: ${what}`, { cause });
}
