import { SessionError } from './errors.js';

/** Bytes of every OpenFlow message's header: version, type, length, xid. */
export const HEADER_BYTES = 8;

/**
 * Cuts a byte stream into OpenFlow messages. Messages inside one chunk are views of it, without copying; at most one
 * incomplete message is kept, which its 16-bit length bounds.
 */
export class FrameSplitter {
  /** As long as the incomplete message, or as its header while that is incomplete too. */
  #partial = new Uint8Array();
  #have = 0;

  /** Hands every message that is complete now to `take`, in order. Throws `protocol` on an impossible length. */
  push(chunk: Uint8Array, take: (frame: Uint8Array) => void): void {
    let at = this.#have === 0 ? 0 : this.#resume(chunk, take);
    while (chunk.length - at >= HEADER_BYTES) {
      const length = lengthAt(chunk, at);
      if (chunk.length - at < length) break;
      take(chunk.subarray(at, at + length));
      at += length;
    }
    if (at < chunk.length) this.#keep(chunk.subarray(at));
  }

  #keep(start: Uint8Array): void {
    this.#partial = new Uint8Array(start.length < HEADER_BYTES ? HEADER_BYTES : lengthAt(start, 0));
    this.#partial.set(start);
    this.#have = start.length;
  }

  /** Goes on with the incomplete message; answers how much of the chunk belongs to it. */
  #resume(chunk: Uint8Array, take: (frame: Uint8Array) => void): number {
    let at = this.#fill(chunk, 0);
    if (this.#have === HEADER_BYTES && this.#partial.length === HEADER_BYTES) {
      const header = this.#partial;
      this.#partial = new Uint8Array(lengthAt(header, 0));
      this.#partial.set(header);
      at = this.#fill(chunk, at);
    }
    if (this.#have === this.#partial.length) {
      this.#have = 0;
      take(this.#partial);
    }
    return at;
  }

  #fill(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#partial.length - this.#have);
    this.#partial.set(chunk.subarray(at, end), this.#have);
    this.#have += end - at;
    return end;
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (length < HEADER_BYTES) {
    throw new SessionError('protocol', `read message: its header says ${length} bytes, fewer than a header has`);
  }
  return length;
}

export function frameVersion(frame: Uint8Array): number {
  return frame[0]!;
}

export function frameType(frame: Uint8Array): number {
  return frame[1]!;
}

export function frameXid(frame: Uint8Array): number {
  return ((frame[4]! << 24) | (frame[5]! << 16) | (frame[6]! << 8) | frame[7]!) >>> 0;
}
