import type { PacketIn, PacketOut } from '../model/message.js';
import type { Match } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readActions, writeActions } from './action.js';
import { noBuffer } from './constants.js';
import { readMatch, readOxmFields, writeMatch, writeOxmFields } from './match.js';
import { readProperties, writeProperty } from './property.js';
import { packetInReason, packetInReasonCode } from './reason.js';

/** OFPT_PACKET_OUT without header (OpenFlow 1.3, 7.3.7). */
export function writePacketOut(writer: WireWriter, message: PacketOut): void {
  writer.u32(message.bufferId ?? noBuffer);
  writer.u32(message.inPort);
  const lengthAt = writer.length;
  writer.zeros(8);
  const start = writer.length;
  writeActions(writer, message.actions);
  writer.patchLength(lengthAt, start);
  writer.bytes(message.data);
}

export function readPacketOut(body: WireReader): PacketOut {
  const bufferId = body.u32();
  const inPort = body.u32();
  const length = body.u16();
  body.skip(6);
  const actions = readActions(body.sub(length));
  return { type: 'packet_out', ...(bufferId === noBuffer ? {} : { bufferId }), inPort, actions, data: body.rest() };
}

/** OFPT_PACKET_IN without header (OpenFlow 1.3, 7.4.1). */
export function writePacketIn(writer: WireWriter, message: PacketIn): void {
  writer.u32(message.bufferId ?? noBuffer);
  writer.u16(message.totalLength);
  writer.u8(packetInReasonCode(message.reason));
  writer.u8(message.table);
  writer.u64(message.cookie);
  writeMatch(writer, message.metadata);
  writer.zeros(2);
  writer.bytes(message.data);
}

export function readPacketIn(body: WireReader): PacketIn {
  const bufferId = body.u32();
  const totalLength = body.u16();
  const reason = packetInReason(body.u8());
  const table = body.u8();
  const cookie = body.u64();
  const metadata = readMatch(body);
  body.skip(2);
  return {
    type: 'packet_in',
    format: 'packet_in',
    reason,
    table,
    cookie,
    ...(bufferId === noBuffer ? {} : { bufferId }),
    totalLength,
    metadata,
    data: body.rest(),
  };
}

/** `NXPINT_*`. */
const properties = {
  packet: 0,
  fullLength: 1,
  bufferId: 2,
  table: 3,
  cookie: 4,
  reason: 5,
  metadata: 6,
  userdata: 7,
  continuation: 8,
} as const;

/** NXT_PACKET_IN2 behind vendor and subtype: a list of properties. */
export function writePacketIn2(writer: WireWriter, message: PacketIn): void {
  const { bufferId, userdata, continuation } = message;
  writeProperty(writer, properties.packet, () => writer.bytes(message.data));
  writeProperty(writer, properties.fullLength, () => writer.u32(message.totalLength));
  if (bufferId !== undefined) writeProperty(writer, properties.bufferId, () => writer.u32(bufferId));
  writeProperty(writer, properties.table, () => writer.u8(message.table));
  writeProperty(writer, properties.cookie, () => {
    writer.zeros(4);
    writer.u64(message.cookie);
  });
  writeProperty(writer, properties.reason, () => writer.u8(packetInReasonCode(message.reason)));
  writeProperty(writer, properties.metadata, () => writeOxmFields(writer, message.metadata));
  if (userdata !== undefined) writeProperty(writer, properties.userdata, () => writer.bytes(userdata));
  if (continuation !== undefined) writeProperty(writer, properties.continuation, () => writer.bytes(continuation));
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function readPacketIn2(body: WireReader): PacketIn {
  const found: Writable<PacketIn> = {
    type: 'packet_in',
    format: 'packet_in2',
    reason: 'no_match',
    table: 0,
    cookie: 0n,
    totalLength: 0,
    metadata: [] as Match,
    data: new Uint8Array(),
  };
  let fullLength: number | undefined;
  readProperties(body, (type, value) => {
    if (type === properties.fullLength) fullLength = value.u32();
    else readPacketIn2Property(found, type, value);
  });
  found.totalLength = fullLength ?? found.data.length;
  return found;
}

function readPacketIn2Property(found: Writable<PacketIn>, type: number, value: WireReader): void {
  switch (type) {
    case properties.packet:
      found.data = value.rest();
      return;
    case properties.bufferId:
      found.bufferId = value.u32();
      return;
    case properties.table:
      found.table = value.u8();
      return;
    case properties.cookie:
      value.skip(4);
      found.cookie = value.u64();
      return;
    case properties.reason:
      found.reason = packetInReason(value.u8());
      return;
    case properties.metadata:
      found.metadata = readOxmFields(value);
      return;
    case properties.userdata:
      found.userdata = value.rest();
      return;
    case properties.continuation:
      found.continuation = value.rest();
      return;
    default:
    // A newer switch may tell more; nobody here asks for it.
  }
}
