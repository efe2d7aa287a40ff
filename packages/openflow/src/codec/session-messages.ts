/** Messages about the connection itself: features, configuration, role, what the switch reports unasked. */
import type { AsyncConfig, FeaturesReply, Role, SwitchConfig } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

export function writeFeaturesReply(writer: WireWriter, message: FeaturesReply): void {
  writer.u64(message.datapathId);
  writer.u32(message.buffers);
  writer.u8(message.tables);
  writer.u8(message.auxiliaryId);
  writer.zeros(2);
  writer.u32(message.capabilities);
  writer.zeros(4);
}

export function readFeaturesReply(body: WireReader): FeaturesReply {
  const datapathId = body.u64();
  const buffers = body.u32();
  const tables = body.u8();
  const auxiliaryId = body.u8();
  body.skip(2);
  return { type: 'features_reply', datapathId, buffers, tables, auxiliaryId, capabilities: body.u32() };
}

export function writeSwitchConfig(writer: WireWriter, message: SwitchConfig): void {
  writer.u16(message.flags);
  writer.u16(message.missSendLength);
}

export function readSwitchConfig(body: WireReader, type: SwitchConfig['type']): SwitchConfig {
  return { type, flags: body.u16(), missSendLength: body.u16() };
}

const roles = ['nochange', 'equal', 'master', 'slave'] as const;

export function writeRole(writer: WireWriter, message: Role): void {
  writer.u32(typeof message.role === 'number' ? message.role : roles.indexOf(message.role));
  writer.zeros(4);
  writer.u64(message.generationId);
}

export function readRole(body: WireReader, type: Role['type']): Role {
  const role = body.u32();
  body.skip(4);
  return { type, role: roles[role] ?? role, generationId: body.u64() };
}

export function writeAsyncConfig(writer: WireWriter, message: AsyncConfig): void {
  for (const masks of [message.packetIn, message.portStatus, message.flowRemoved]) {
    for (const mask of masks) writer.u32(mask);
  }
}

export function readAsyncConfig(body: WireReader, type: AsyncConfig['type']): AsyncConfig {
  const pair = (): [number, number] => [body.u32(), body.u32()];
  return { type, packetIn: pair(), portStatus: pair(), flowRemoved: pair() };
}
