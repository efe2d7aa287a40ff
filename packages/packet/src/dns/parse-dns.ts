import { ipFromBytes, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import { ByteReader } from '../byte-reader.js';
import { PacketError } from '../errors.js';
import type { DnsMessage, DnsQuestion, DnsRecord, DnsRecordData } from './message.js';
import { NameReader } from './name-reader.js';
import { dnsTypes } from './types.js';

/**
 * Reads a DNS message, the payload of UDP or of TCP after its two bytes of length. What follows the message is
 * ignored. Throws `PacketError`: `truncated` or `malformed`. Time is in proportion to the length.
 */
export function parseDns(bytes: Uint8Array): DnsMessage {
  const reader = new ByteReader(bytes);
  const names = new NameReader(reader);
  const id = reader.u16();
  const flags = reader.u16();
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const;
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >>> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticData: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    rcode: flags & 15,
    questions: times(counts[0], () => readQuestion(reader, names)),
    answers: times(counts[1], () => readRecord(reader, names)),
    authorities: times(counts[2], () => readRecord(reader, names)),
    additionals: times(counts[3], () => readRecord(reader, names)),
  };
}

function times<T>(count: number, read: () => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(read());
  return items;
}

function readQuestion(reader: ByteReader, names: NameReader): DnsQuestion {
  return { name: names.read(), type: reader.u16(), class: reader.u16() };
}

function readRecord(reader: ByteReader, names: NameReader): DnsRecord {
  const name = names.read();
  const type = reader.u16();
  const head = { name, class: reader.u16(), ttl: reader.u32() };
  const length = reader.u16();
  const start = reader.offset;
  // Fails here where the data is not there at all.
  const data = reader.take(length);
  const { limit } = reader;
  reader.offset = start;
  reader.limit = start + length;
  const known = withinRecord(name, () => readKnown(type, reader, names));
  const complete = known !== undefined && reader.offset === reader.limit;
  reader.offset = start + length;
  reader.limit = limit;
  return { ...head, ...(complete ? known : { kind: 'unknown', type, data }) };
}

/** A record whose data ends too early contradicts its length: more bytes would not help. */
function withinRecord<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PacketError && error.code === 'truncated') {
      throw new PacketError('malformed', `dns: record of ${name}: its data is longer than its length`);
    }
    throw error;
  }
}

/** The data of a known type; undefined for others and for addresses of a wrong length. */
function readKnown(type: number, reader: ByteReader, names: NameReader): DnsRecordData | undefined {
  switch (type) {
    case dnsTypes.A:
      return reader.remaining === 4 ? { kind: 'A', address: ipFromBytes(reader.rest()) as Ipv4Address } : undefined;
    case dnsTypes.AAAA:
      return reader.remaining === 16 ? { kind: 'AAAA', address: ipFromBytes(reader.rest()) as Ipv6Address } : undefined;
    case dnsTypes.CNAME:
      return { kind: 'CNAME', target: names.read() };
    case dnsTypes.NS:
      return { kind: 'NS', target: names.read() };
    case dnsTypes.PTR:
      return { kind: 'PTR', target: names.read() };
    case dnsTypes.SOA:
      return readSoa(reader, names);
    case dnsTypes.MX:
      return { kind: 'MX', preference: reader.u16(), exchange: names.read() };
    case dnsTypes.TXT:
      return { kind: 'TXT', strings: untilEnd(reader, () => reader.take(reader.u8())) };
    case dnsTypes.SRV:
      return { kind: 'SRV', priority: reader.u16(), weight: reader.u16(), port: reader.u16(), target: names.read() };
    case dnsTypes.OPT:
      return {
        kind: 'OPT',
        options: untilEnd(reader, () => ({ code: reader.u16(), data: reader.take(reader.u16()) })),
      };
    default:
      return undefined;
  }
}

function readSoa(reader: ByteReader, names: NameReader): DnsRecordData {
  return {
    kind: 'SOA',
    primary: names.read(),
    mailbox: names.read(),
    serial: reader.u32(),
    refresh: reader.u32(),
    retry: reader.u32(),
    expire: reader.u32(),
    minimum: reader.u32(),
  };
}

function untilEnd<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  while (reader.remaining > 0) items.push(read());
  return items;
}
