import { decodeMessage, vendors } from '../codec/message.js';
import { messageTypes, niciraMessages } from '../codec/message-types.js';
import { OpenflowError } from '../errors.js';
import type { SwitchEvent } from './event-queue.js';
import { frameType } from './frame-splitter.js';

/** Whether a message is a packet-in, the standard one or Nicira's. */
export function isPacketIn(frame: Uint8Array): boolean {
  const type = frameType(frame);
  return type === messageTypes.packet_in || (type === messageTypes.experimenter && isPacketIn2(frame));
}

/** Decodes a message that the switch sent unasked; nothing if it cannot be understood. */
export function takeSwitchEvent(frame: Uint8Array): SwitchEvent | undefined {
  try {
    const { message } = decodeMessage(frame);
    return message.type === 'packet_in' || message.type === 'port_status' || message.type === 'flow_removed'
      ? message
      : undefined;
  } catch (error) {
    if (error instanceof OpenflowError) return undefined;
    throw error;
  }
}

const HEADER_WITH_VENDOR = 16;

function isPacketIn2(frame: Uint8Array): boolean {
  if (frame.length < HEADER_WITH_VENDOR) return false;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return view.getUint32(8) === vendors.nicira && view.getUint32(12) === niciraMessages.packet_in2;
}
