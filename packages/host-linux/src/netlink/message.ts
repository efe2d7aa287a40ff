import { hostIsLittleEndian, viewOf } from './byte-order.js';

/** One netlink message (`struct nlmsghdr` and what follows). */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly port: number;
  readonly payload: Uint8Array;
}

export const messageType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

export const messageFlag = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  dumpInterrupted: 0x10,
  ackTlvs: 0x200,
  dump: 0x300,
  replace: 0x100,
  excl: 0x200,
  create: 0x400,
} as const;

const headerLength = 16;

export function encodeMessage(message: Omit<NetlinkMessage, 'port'>): Uint8Array {
  const bytes = new Uint8Array(headerLength + message.payload.length);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.length, hostIsLittleEndian);
  view.setUint16(4, message.type, hostIsLittleEndian);
  view.setUint16(6, message.flags, hostIsLittleEndian);
  view.setUint32(8, message.sequence, hostIsLittleEndian);
  bytes.set(message.payload, headerLength);
  return bytes;
}

/** The messages of one datagram. Stops at a header that does not fit. Payloads are views of the input. */
export function decodeMessages(bytes: Uint8Array): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + headerLength <= bytes.length) {
    const length = view.getUint32(offset, hostIsLittleEndian);
    if (length < headerLength || offset + length > bytes.length) break;
    messages.push({
      type: view.getUint16(offset + 4, hostIsLittleEndian),
      flags: view.getUint16(offset + 6, hostIsLittleEndian),
      sequence: view.getUint32(offset + 8, hostIsLittleEndian),
      port: view.getUint32(offset + 12, hostIsLittleEndian),
      payload: bytes.subarray(offset + headerLength, offset + length),
    });
    offset += (length + 3) & ~3;
  }
  return messages;
}
