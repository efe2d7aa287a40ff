import type { GroupFeatures, MultipartReply, MultipartReplyBody, SwitchDescription } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readFlowStats, writeFlowStats } from './flow.js';
import { readGroupDesc, writeGroupDesc } from './group.js';
import { readMeterConfig, writeMeterConfig } from './meter.js';
import { multipartKinds, multipartTypes } from './multipart-types.js';
import { readPort, writePort } from './port.js';
import {
  readGroupStats,
  readMeterStats,
  readPortStats,
  readTableStats,
  writeGroupStats,
  writeMeterStats,
  writePortStats,
  writeTableStats,
} from './stats.js';
import { readString, writeString } from './text-bytes.js';

const flagMore = 1;
const descWidth = 256;
const serialWidth = 32;

/** OFPT_MULTIPART_REPLY without header (OpenFlow 1.3, 7.3.5). */
export function writeMultipartReply(writer: WireWriter, { more, body }: MultipartReply): void {
  writer.u16(body.kind === 'unknown' ? body.multipartType : multipartTypes[body.kind]);
  writer.u16(more ? flagMore : 0);
  writer.zeros(4);
  writeBody(writer, body);
}

function writeBody(writer: WireWriter, body: MultipartReplyBody): void {
  switch (body.kind) {
    case 'desc':
      writeDesc(writer, body.desc);
      return;
    case 'flow':
      for (const flow of body.flows) writeFlowStats(writer, flow);
      return;
    case 'aggregate':
      writer.u64(body.packets);
      writer.u64(body.bytes);
      writer.u32(body.flows);
      writer.zeros(4);
      return;
    case 'table':
      for (const table of body.tables) writeTableStats(writer, table);
      return;
    case 'port_stats':
      for (const port of body.ports) writePortStats(writer, port);
      return;
    case 'group_stats':
      for (const group of body.groups) writeGroupStats(writer, group);
      return;
    case 'group_desc':
      for (const group of body.groups) writeGroupDesc(writer, group);
      return;
    case 'group_features':
      writeGroupFeatures(writer, body.features);
      return;
    case 'meter_stats':
      for (const meter of body.meters) writeMeterStats(writer, meter);
      return;
    case 'meter_config':
      for (const meter of body.meters) writeMeterConfig(writer, meter);
      return;
    case 'meter_features': {
      const { maxMeters, bandTypes, capabilities, maxBands, maxColor } = body.features;
      for (const word of [maxMeters, bandTypes, capabilities]) writer.u32(word);
      for (const byte of [maxBands, maxColor, 0, 0]) writer.u8(byte);
      return;
    }
    case 'port_desc':
      for (const port of body.ports) writePort(writer, port);
      return;
    case 'unknown':
      writer.bytes(body.data);
  }
}

export function readMultipartReply(body: WireReader): MultipartReply {
  const type = body.u16();
  const flags = body.u16();
  body.skip(4);
  return { type: 'multipart_reply', more: (flags & flagMore) !== 0, body: readBody(type, body) };
}

function readBody(type: number, body: WireReader): MultipartReplyBody {
  const kind = multipartKinds.get(type);
  switch (kind) {
    case 'desc':
      return { kind, desc: readDesc(body) };
    case 'flow':
      return { kind, flows: readAll(body, readFlowStats) };
    case 'aggregate':
      return { kind, packets: body.u64(), bytes: body.u64(), flows: body.u32() };
    case 'table':
      return { kind, tables: readAll(body, readTableStats) };
    case 'port_stats':
      return { kind, ports: readAll(body, readPortStats) };
    case 'group_stats':
      return { kind, groups: readAll(body, readGroupStats) };
    case 'group_desc':
      return { kind, groups: readAll(body, readGroupDesc) };
    case 'group_features':
      return { kind, features: readGroupFeatures(body) };
    case 'meter_stats':
      return { kind, meters: readAll(body, readMeterStats) };
    case 'meter_config':
      return { kind, meters: readAll(body, readMeterConfig) };
    case 'meter_features':
      return {
        kind,
        features: {
          maxMeters: body.u32(),
          bandTypes: body.u32(),
          capabilities: body.u32(),
          maxBands: body.u8(),
          maxColor: body.u8(),
        },
      };
    case 'port_desc':
      return { kind, ports: readAll(body, readPort) };
    default:
      return { kind: 'unknown', multipartType: type, data: body.rest() };
  }
}

/** Every entry takes at least its own length field, so this ends. */
function readAll<T>(body: WireReader, read: (reader: WireReader) => T): T[] {
  const all: T[] = [];
  while (body.remaining > 0) all.push(read(body));
  return all;
}

function writeDesc(writer: WireWriter, desc: SwitchDescription): void {
  writeString(writer, desc.manufacturer, descWidth);
  writeString(writer, desc.hardware, descWidth);
  writeString(writer, desc.software, descWidth);
  writeString(writer, desc.serialNumber, serialWidth);
  writeString(writer, desc.datapath, descWidth);
}

function readDesc(body: WireReader): SwitchDescription {
  return {
    manufacturer: readString(body, descWidth),
    hardware: readString(body, descWidth),
    software: readString(body, descWidth),
    serialNumber: readString(body, serialWidth),
    datapath: readString(body, descWidth),
  };
}

function writeGroupFeatures(writer: WireWriter, features: GroupFeatures): void {
  for (const word of [features.types, features.capabilities, ...features.maxGroups, ...features.actions])
    writer.u32(word);
}

function readGroupFeatures(body: WireReader): GroupFeatures {
  const four = (): [number, number, number, number] => [body.u32(), body.u32(), body.u32(), body.u32()];
  return { types: body.u32(), capabilities: body.u32(), maxGroups: four(), actions: four() };
}
