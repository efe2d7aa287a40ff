import { OpenflowError } from '../errors.js';
import type { Message } from '../model/message.js';
import { WireReader } from '../wire/reader.js';
import { bundleFlags, readBundleControl } from './bundle.js';
import { vendors, version13 } from './constants.js';
import { readError } from './error.js';
import { readFlowMod, readFlowRemoved } from './flow.js';
import { readGroupMod } from './group.js';
import { readHello } from './hello.js';
import { messageTypes as types, niciraMessages, onfMessages } from './message-types.js';
import { readMeterMod } from './meter.js';
import { readMultipartReply } from './multipart-reply.js';
import { readMultipartRequest } from './multipart-request.js';
import { readPacketIn, readPacketIn2, readPacketOut } from './packet.js';
import { readPortMod, readPortStatus } from './port.js';
import { readAsyncConfig, readFeaturesReply, readRole, readSwitchConfig } from './session-messages.js';
import { readTlvTableMod, readTlvTableReply } from './tlv-table.js';

const headerLength = 8;
const packetInFormats = ['standard', 'nxt_packet_in', 'nxt_packet_in2'] as const;
const maxNesting = 4;

/** The fixed start of every message. */
export interface MessageHeader {
  readonly version: number;
  readonly messageType: number;
  /** Of the whole message, header included. */
  readonly length: number;
  readonly xid: number;
}

/** Reads the 8 bytes that every message starts with, for cutting a stream into messages. Throws `truncated`, `malformed`. */
export function decodeHeader(bytes: Uint8Array): MessageHeader {
  const reader = new WireReader(bytes);
  const version = reader.u8();
  const messageType = reader.u8();
  const length = reader.u16();
  if (length < headerLength) throw new OpenflowError('malformed', `decode message: length ${length}`, { offset: 2 });
  return { version, messageType, length, xid: reader.u32() };
}

export interface DecodedMessage {
  readonly xid: number;
  /** Of the header. Only hello, error and echo are understood in another version than 4; the rest is `unknown`. */
  readonly version: number;
  readonly message: Message;
}

/** Decodes exactly one message. Throws `OpenflowError`: `truncated`, `malformed`. */
export function decodeMessage(bytes: Uint8Array): DecodedMessage {
  return decode(bytes, 0);
}

function decode(bytes: Uint8Array, nesting: number): DecodedMessage {
  const { version, messageType, length, xid } = decodeHeader(bytes);
  if (length !== bytes.length) {
    const code = length > bytes.length ? 'truncated' : 'malformed';
    throw new OpenflowError(code, `decode message: header says ${length} bytes, got ${bytes.length}`, { offset: 2 });
  }
  const body = new WireReader(bytes, headerLength);
  const message = readAnyVersion(messageType, body, version) ?? readBody(messageType, body, version, nesting);
  return {
    xid,
    version,
    message: message ?? { type: 'unknown', version, messageType, body: bytes.slice(headerLength) },
  };
}

/** What two peers have to understand before they agree on a version. */
function readAnyVersion(messageType: number, body: WireReader, version: number): Message | undefined {
  switch (messageType) {
    case types.hello:
      return readHello(body, version);
    case types.error:
      return readError(body);
    case types.echo_request:
      return { type: 'echo_request', data: body.rest() };
    case types.echo_reply:
      return { type: 'echo_reply', data: body.rest() };
    default:
      return undefined;
  }
}

function readBody(messageType: number, body: WireReader, version: number, nesting: number): Message | undefined {
  if (version !== version13) return undefined;
  switch (messageType) {
    case types.experimenter:
      return readExperimenter(body, nesting);
    case types.features_request:
      return { type: 'features_request' };
    case types.features_reply:
      return readFeaturesReply(body);
    case types.get_config_request:
      return { type: 'get_config_request' };
    case types.get_config_reply:
      return readSwitchConfig(body, 'get_config_reply');
    case types.set_config:
      return readSwitchConfig(body, 'set_config');
    case types.packet_in:
      return readPacketIn(body);
    case types.flow_removed:
      return readFlowRemoved(body);
    case types.port_status:
      return readPortStatus(body);
    case types.packet_out:
      return readPacketOut(body);
    case types.flow_mod:
      return readFlowMod(body);
    case types.group_mod:
      return readGroupMod(body);
    case types.port_mod:
      return readPortMod(body);
    case types.meter_mod:
      return readMeterMod(body);
    case types.multipart_request:
      return readMultipartRequest(body);
    case types.multipart_reply:
      return readMultipartReply(body);
    case types.barrier_request:
      return { type: 'barrier_request' };
    case types.barrier_reply:
      return { type: 'barrier_reply' };
    case types.role_request:
      return readRole(body, 'role_request');
    case types.role_reply:
      return readRole(body, 'role_reply');
    case types.get_async_request:
      return { type: 'get_async_request' };
    case types.get_async_reply:
      return readAsyncConfig(body, 'get_async_reply');
    case types.set_async:
      return readAsyncConfig(body, 'set_async');
    default:
      return undefined;
  }
}

function readExperimenter(body: WireReader, nesting: number): Message {
  const vendor = body.u32();
  const subtype = body.u32();
  const known =
    vendor === vendors.nicira
      ? readNicira(subtype, body)
      : vendor === vendors.onf
        ? readOnf(subtype, body, nesting)
        : undefined;
  return known ?? { type: 'experimenter', vendor, subtype, data: body.rest() };
}

function readNicira(subtype: number, body: WireReader): Message | undefined {
  switch (subtype) {
    case niciraMessages.set_controller_id:
      body.skip(6);
      return { type: 'set_controller_id', controllerId: body.u16() };
    case niciraMessages.set_packet_in_format: {
      const format = packetInFormats[body.u32()];
      if (format === undefined)
        throw new OpenflowError('malformed', 'decode packet-in format: unknown', { offset: body.offset - 4 });
      return { type: 'set_packet_in_format', format };
    }
    case niciraMessages.tlv_table_mod:
      return readTlvTableMod(body);
    case niciraMessages.tlv_table_request:
      return { type: 'tlv_table_request' };
    case niciraMessages.tlv_table_reply:
      return readTlvTableReply(body);
    case niciraMessages.packet_in2:
      return readPacketIn2(body);
    default:
      return undefined;
  }
}

function readOnf(subtype: number, body: WireReader, nesting: number): Message | undefined {
  switch (subtype) {
    case onfMessages.bundle_control:
      return readBundleControl(body);
    case onfMessages.bundle_add: {
      if (nesting >= maxNesting)
        throw new OpenflowError('malformed', 'decode bundle-add: nested too deeply', { offset: body.offset });
      const bundle = body.u32();
      body.skip(2);
      const flags = bundleFlags(body.u16());
      return { type: 'bundle_add', bundle, flags, message: decode(innerMessage(body), nesting + 1).message };
    }
    default:
      return undefined;
  }
}

/** The inner message by its own length; properties may follow it. */
function innerMessage(body: WireReader): Uint8Array {
  return body.bytes(Math.max(body.peekU16(2), headerLength));
}
