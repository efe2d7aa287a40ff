import type { BundleAdd, Message } from '../model/message.js';
import { WireWriter } from '../wire/writer.js';
import { OpenflowError } from '../errors.js';
import { bundleFlagBits, writeBundleControl } from './bundle.js';
import { vendors, version13 } from './constants.js';
import { writeError } from './error.js';
import { writeFlowMod, writeFlowRemoved } from './flow.js';
import { writeGroupMod } from './group.js';
import { writeHello } from './hello.js';
import { messageTypes, niciraMessages, onfMessages } from './message-types.js';
import { writeMeterMod } from './meter.js';
import { writeMultipartReply } from './multipart-reply.js';
import { writeMultipartRequest } from './multipart-request.js';
import { writePacketIn, writePacketIn2, writePacketOut } from './packet.js';
import { writePortMod, writePortStatus } from './port.js';
import { writeAsyncConfig, writeFeaturesReply, writeRole, writeSwitchConfig } from './session-messages.js';
import { writeTlvTableMod, writeTlvTableReply } from './tlv-table.js';

const headerLength = 8;
const packetInFormats = ['standard', 'nxt_packet_in', 'nxt_packet_in2'] as const;

/** Kept between calls: encoding is synchronous, and a fresh buffer per message costs more than its content. */
const scratch = new WireWriter(4096);

/**
 * A whole OpenFlow 1.3 message. Throws `OpenflowError`: `unknown_field`, `out_of_range`, `malformed` for what the
 * message contains, `too_long` above 65535 bytes.
 */
export function encodeMessage(message: Message, xid: number): Uint8Array {
  scratch.reset();
  writeMessage(scratch, message, xid);
  return scratch.finish();
}

/** Bytes that were encoded earlier, under another transaction id. A copy; the given bytes stay as they are. */
export function withXid(bytes: Uint8Array, xid: number): Uint8Array {
  const copy = bytes.slice();
  copy[4] = xid >>> 24;
  copy[5] = xid >>> 16;
  copy[6] = xid >>> 8;
  copy[7] = xid;
  return copy;
}

/** Appends a whole message to `writer`, for callers that send many in one piece. On an exception a part of it is there. */
export function writeMessage(writer: WireWriter, message: Message, xid: number): void {
  const start = writer.length;
  writer.u8(message.type === 'unknown' ? message.version : version13);
  writer.u8(wireType(message));
  writer.u16(0);
  writer.u32(xid);
  writeBody(writer, message, xid);
  writer.patchLength(start + 2, start);
}

function wireType(message: Message): number {
  if (message.type === 'unknown') return message.messageType;
  if (message.type === 'packet_in') return isPacketIn2(message) ? messageTypes.experimenter : messageTypes.packet_in;
  return message.type in messageTypes
    ? messageTypes[message.type as keyof typeof messageTypes]
    : messageTypes.experimenter;
}

function isPacketIn2(message: Extract<Message, { type: 'packet_in' }>): boolean {
  if (message.format !== undefined) return message.format === 'packet_in2';
  return message.userdata !== undefined || message.continuation !== undefined;
}

function experimenter(writer: WireWriter, vendor: number, subtype: number): void {
  writer.u32(vendor);
  writer.u32(subtype);
}

function writeBody(writer: WireWriter, message: Message, xid: number): void {
  switch (message.type) {
    case 'flow_mod':
      return writeFlowMod(writer, message);
    case 'bundle_add':
      return writeBundleAdd(writer, message, xid);
    case 'hello':
      return writeHello(writer, message);
    case 'error':
      return writeError(writer, message);
    case 'echo_request':
    case 'echo_reply':
      return writer.bytes(message.data);
    case 'features_request':
    case 'get_config_request':
    case 'barrier_request':
    case 'barrier_reply':
    case 'get_async_request':
      return undefined;
    case 'tlv_table_request':
      return experimenter(writer, vendors.nicira, niciraMessages.tlv_table_request);
    case 'experimenter':
      experimenter(writer, message.vendor, message.subtype);
      return writer.bytes(message.data);
    case 'unknown':
      return writer.bytes(message.body);
    case 'features_reply':
      return writeFeaturesReply(writer, message);
    case 'set_config':
    case 'get_config_reply':
      return writeSwitchConfig(writer, message);
    case 'packet_in':
      if (!isPacketIn2(message)) return writePacketIn(writer, message);
      experimenter(writer, vendors.nicira, niciraMessages.packet_in2);
      return writePacketIn2(writer, message);
    case 'flow_removed':
      return writeFlowRemoved(writer, message);
    case 'port_status':
      return writePortStatus(writer, message);
    case 'packet_out':
      return writePacketOut(writer, message);
    case 'group_mod':
      return writeGroupMod(writer, message);
    case 'port_mod':
      return writePortMod(writer, message);
    case 'meter_mod':
      return writeMeterMod(writer, message);
    case 'multipart_request':
      return writeMultipartRequest(writer, message);
    case 'multipart_reply':
      return writeMultipartReply(writer, message);
    case 'role_request':
    case 'role_reply':
      return writeRole(writer, message);
    case 'set_async':
    case 'get_async_reply':
      return writeAsyncConfig(writer, message);
    case 'bundle_control':
      experimenter(writer, vendors.onf, onfMessages.bundle_control);
      return writeBundleControl(writer, message);
    case 'set_controller_id':
      experimenter(writer, vendors.nicira, niciraMessages.set_controller_id);
      writer.zeros(6);
      return writer.u16(message.controllerId);
    case 'set_packet_in_format':
      experimenter(writer, vendors.nicira, niciraMessages.set_packet_in_format);
      return writer.u32(packetInFormats.indexOf(message.format));
    case 'tlv_table_mod':
      experimenter(writer, vendors.nicira, niciraMessages.tlv_table_mod);
      return writeTlvTableMod(writer, message);
    case 'tlv_table_reply':
      experimenter(writer, vendors.nicira, niciraMessages.tlv_table_reply);
      return writeTlvTableReply(writer, message);
  }
}

function writeBundleAdd(writer: WireWriter, { bundle, flags, message }: BundleAdd, xid: number): void {
  experimenter(writer, vendors.onf, onfMessages.bundle_add);
  writer.u32(bundle);
  writer.zeros(2);
  writer.u16(bundleFlagBits(flags));
  if (!(message instanceof Uint8Array)) {
    writeMessage(writer, message, xid);
    return;
  }
  if (message.length < headerLength) {
    throw new OpenflowError('malformed', `encode bundle-add: inner message of ${message.length} bytes has no header`);
  }
  writer.bytes(message.subarray(0, 4));
  writer.u32(xid);
  writer.bytes(message.subarray(headerLength));
}
