import { SessionError } from './errors.js';

/** Bytes of every OpenFlow message's header: version, type, length, xid. */
export const HEADER_BYTES = 8;

/**
 * Cuts a byte stream into OpenFlow messages. Frames inside one chunk are views of it, without copying; at most one
 * incomplete message is kept, which its 16-bit length bounds.
 */
export class FrameSplitter {
  #rest: Uint8Array | undefined;

  /** Hands every message that is complete now to `take`, in order. Throws `protocol` on an impossible length. */
  push(chunk: Uint8Array, take: (frame: Uint8Array) => void): void {
    const bytes = this.#rest === undefined ? chunk : join(this.#rest, chunk);
    this.#rest = undefined;
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length < HEADER_BYTES) {
        throw new SessionError('protocol', `read message: its header says ${length} bytes, fewer than a header has`);
      }
      if (bytes.length - at < length) break;
      take(bytes.subarray(at, at + length));
      at += length;
    }
    // A copy: the view would keep a whole chunk alive for a few bytes.
    if (at < bytes.length) this.#rest = bytes.slice(at);
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
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
