import { SystemError } from '../system-error.js';
import { string } from './attribute-codec.js';
import { decodeAttributes } from './attribute-table.js';
import { hostIsLittleEndian, viewOf } from './byte-order.js';
import { messageFlag, messageType, type NetlinkMessage } from './message.js';

/** What the kernel adds to an error when asked to (`NETLINK_EXT_ACK`). */
const extendedAck = { message: [1, string] } as const;

/** Another change happened during a list: what was received may be inconsistent and is asked for again. */
export class DumpInterrupted extends Error {}

/**
 * Collects the answer to one request. The kernel ends it with an acknowledgement or error, or, for a list, with
 * `DONE`.
 */
export class Reply {
  readonly messages: NetlinkMessage[] = [];
  readonly #operation: string;
  #interrupted = false;

  constructor(operation: string) {
    this.#operation = operation;
  }

  /** Takes the next message; true when it was the last. Throws what the kernel answered. */
  take(message: NetlinkMessage): boolean {
    if ((message.flags & messageFlag.dumpInterrupted) !== 0) this.#interrupted = true;
    if (message.type !== messageType.error && message.type !== messageType.done) {
      // The buffer that the payload lies in may be used again for the next datagram.
      this.messages.push({ ...message, payload: message.payload.slice() });
      return false;
    }
    const code = message.payload.length >= 4 ? viewOf(message.payload).getInt32(0, hostIsLittleEndian) : 0;
    if (code < 0) throw new SystemError(this.#operation, -code, extendedMessage(message));
    if (this.#interrupted) throw new DumpInterrupted(this.#operation);
    return true;
  }
}

function extendedMessage({ type, flags, payload }: NetlinkMessage): string | undefined {
  if ((flags & messageFlag.ackTlvs) === 0) return undefined;
  // `ERROR`: code and the header of the request (its payload is capped); `DONE`: code only.
  const offset = type === messageType.done ? 4 : 20;
  return decodeAttributes(extendedAck, payload.subarray(offset)).message;
}
