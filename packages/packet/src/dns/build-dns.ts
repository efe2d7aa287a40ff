import { ipToBytes } from '@antrea-ts/net-types';
import { ByteWriter } from '../byte-writer.js';
import type { DnsMessage, DnsRecord, DnsRecordData } from './message.js';
import { NameWriter } from './name-writer.js';
import { dnsTypes } from './types.js';

/** A message to be built: flags left out are not set, lists left out are empty. */
export type BuildDnsMessage = Pick<DnsMessage, 'id'> & Partial<DnsMessage>;

/** Builds a DNS message; names that occur again are compressed. Throws `invalid-field`. */
export function buildDns(message: BuildDnsMessage): Uint8Array {
  const { questions = [], answers = [], authorities = [], additionals = [] } = message;
  const writer = new ByteWriter('dns', 512);
  const names = new NameWriter(writer);
  writer.u16(message.id).u16(flagsOf(writer, message));
  for (const { length } of [questions, answers, authorities, additionals]) writer.u16(length);
  for (const question of questions) {
    names.write(question.name);
    writer.u16(question.type).u16(question.class);
  }
  for (const record of [...answers, ...authorities, ...additionals]) writeRecord(writer, names, record);
  return writer.bytes();
}

function flagsOf(writer: ByteWriter, message: BuildDnsMessage): number {
  return (
    (message.response ? 0x8000 : 0) |
    (writer.fits(message.opcode ?? 0, 4) << 11) |
    (message.authoritative ? 0x0400 : 0) |
    (message.truncated ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x0080 : 0) |
    (message.authenticData ? 0x0020 : 0) |
    (message.checkingDisabled ? 0x0010 : 0) |
    writer.fits(message.rcode ?? 0, 4)
  );
}

function writeRecord(writer: ByteWriter, names: NameWriter, record: DnsRecord): void {
  names.write(record.name);
  writer.u16(record.kind === 'unknown' ? record.type : dnsTypes[record.kind]);
  writer.u16(record.class).u32(record.ttl).u16(0);
  const start = writer.length;
  writeData(writer, names, record);
  writer.setU16(start - 2, writer.length - start);
}

function writeData(writer: ByteWriter, names: NameWriter, data: DnsRecordData): void {
  switch (data.kind) {
    case 'A':
    case 'AAAA':
      writer.put(ipToBytes(data.address));
      return;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      names.write(data.target);
      return;
    case 'SOA':
      names.write(data.primary);
      names.write(data.mailbox);
      writer.u32(data.serial).u32(data.refresh).u32(data.retry).u32(data.expire).u32(data.minimum);
      return;
    case 'MX':
      writer.u16(data.preference);
      names.write(data.exchange);
      return;
    case 'TXT':
      for (const string of data.strings) writer.u8(string.length).put(string);
      return;
    case 'SRV':
      writer.u16(data.priority).u16(data.weight).u16(data.port);
      names.write(data.target, { compress: false });
      return;
    case 'OPT':
      for (const { code, data: bytes } of data.options) writer.u16(code).u16(bytes.length).put(bytes);
      return;
    case 'unknown':
      writer.put(data.data);
  }
}
