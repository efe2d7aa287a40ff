import { OpenflowError } from '../errors.js';
import type { TlvMapping, TlvTableMod, TlvTableReply } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

const commands = ['add', 'delete', 'clear'] as const;

/** NXT_TLV_TABLE_MOD behind vendor and subtype. */
export function writeTlvTableMod(writer: WireWriter, message: TlvTableMod): void {
  writer.u16(commands.indexOf(message.command));
  writer.zeros(6);
  writeMappings(writer, message.mappings);
}

export function readTlvTableMod(body: WireReader): TlvTableMod {
  const command = commands[body.u16()];
  if (command === undefined)
    throw new OpenflowError('malformed', 'decode TLV table: unknown command', { offset: body.offset - 2 });
  body.skip(6);
  return { type: 'tlv_table_mod', command, mappings: readMappings(body) };
}

export function writeTlvTableReply(writer: WireWriter, message: TlvTableReply): void {
  writer.u32(message.maxOptionSpace);
  writer.u16(message.maxFields);
  writer.zeros(10);
  writeMappings(writer, message.mappings);
}

export function readTlvTableReply(body: WireReader): TlvTableReply {
  const maxOptionSpace = body.u32();
  const maxFields = body.u16();
  body.skip(10);
  return { type: 'tlv_table_reply', maxOptionSpace, maxFields, mappings: readMappings(body) };
}

function writeMappings(writer: WireWriter, mappings: readonly TlvMapping[]): void {
  for (const { optionClass, optionType, optionLength, index } of mappings) {
    writer.u16(optionClass);
    writer.u8(optionType);
    writer.u8(optionLength);
    writer.u16(index);
    writer.zeros(2);
  }
}

function readMappings(body: WireReader): TlvMapping[] {
  const mappings: TlvMapping[] = [];
  while (body.remaining > 0) {
    const optionClass = body.u16();
    const optionType = body.u8();
    const optionLength = body.u8();
    const index = body.u16();
    body.skip(2);
    mappings.push({ optionClass, optionType, optionLength, index });
  }
  return mappings;
}
