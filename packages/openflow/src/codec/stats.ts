/** Entries of statistics replies (OpenFlow 1.3, 7.3.5). */
import { OpenflowError } from '../errors.js';
import type { Counters, GroupStats, MeterStats, PortStats, TableStats } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

export function writeTableStats(writer: WireWriter, stats: TableStats): void {
  writer.u8(stats.table);
  writer.zeros(3);
  writer.u32(stats.activeFlows);
  writer.u64(stats.lookups);
  writer.u64(stats.matches);
}

export function readTableStats(reader: WireReader): TableStats {
  const table = reader.u8();
  reader.skip(3);
  return { table, activeFlows: reader.u32(), lookups: reader.u64(), matches: reader.u64() };
}

const portCounters = [
  'rxPackets',
  'txPackets',
  'rxBytes',
  'txBytes',
  'rxDropped',
  'txDropped',
  'rxErrors',
  'txErrors',
  'rxFrameErrors',
  'rxOverErrors',
  'rxCrcErrors',
  'collisions',
] as const;

export function writePortStats(writer: WireWriter, stats: PortStats): void {
  writer.u32(stats.port);
  writer.zeros(4);
  for (const counter of portCounters) writer.u64(stats[counter]);
  writer.u32(stats.durationSeconds);
  writer.u32(stats.durationNanoseconds);
}

export function readPortStats(reader: WireReader): PortStats {
  const port = reader.u32();
  reader.skip(4);
  const counters = Object.fromEntries(portCounters.map((name) => [name, reader.u64()]));
  return {
    port,
    ...(counters as Record<(typeof portCounters)[number], bigint>),
    durationSeconds: reader.u32(),
    durationNanoseconds: reader.u32(),
  };
}

export function writeGroupStats(writer: WireWriter, stats: GroupStats): void {
  const start = writer.length;
  writer.u16(0);
  writer.zeros(2);
  writer.u32(stats.group);
  writer.u32(stats.references);
  writer.zeros(4);
  writer.u64(stats.packets);
  writer.u64(stats.bytes);
  writer.u32(stats.durationSeconds);
  writer.u32(stats.durationNanoseconds);
  writeCounters(writer, stats.buckets);
  writer.patchLength(start, start);
}

export function readGroupStats(reader: WireReader): GroupStats {
  const length = reader.u16();
  if (length < 40)
    throw new OpenflowError('malformed', `decode group stats: length ${length}`, { offset: reader.offset - 2 });
  const body = reader.sub(length - 2);
  body.skip(2);
  const group = body.u32();
  const references = body.u32();
  body.skip(4);
  return {
    group,
    references,
    packets: body.u64(),
    bytes: body.u64(),
    durationSeconds: body.u32(),
    durationNanoseconds: body.u32(),
    buckets: readCounters(body),
  };
}

export function writeMeterStats(writer: WireWriter, stats: MeterStats): void {
  const start = writer.length;
  writer.u32(stats.meter);
  const lengthAt = writer.length;
  writer.zeros(8);
  writer.u32(stats.flows);
  writer.u64(stats.packetsIn);
  writer.u64(stats.bytesIn);
  writer.u32(stats.durationSeconds);
  writer.u32(stats.durationNanoseconds);
  writeCounters(writer, stats.bands);
  writer.patchLength(lengthAt, start);
}

export function readMeterStats(reader: WireReader): MeterStats {
  const meter = reader.u32();
  const length = reader.u16();
  if (length < 40)
    throw new OpenflowError('malformed', `decode meter stats: length ${length}`, { offset: reader.offset - 2 });
  const body = reader.sub(length - 6);
  body.skip(6);
  return {
    meter,
    flows: body.u32(),
    packetsIn: body.u64(),
    bytesIn: body.u64(),
    durationSeconds: body.u32(),
    durationNanoseconds: body.u32(),
    bands: readCounters(body),
  };
}

function writeCounters(writer: WireWriter, all: readonly Counters[]): void {
  for (const { packets, bytes } of all) {
    writer.u64(packets);
    writer.u64(bytes);
  }
}

function readCounters(body: WireReader): Counters[] {
  const all: Counters[] = [];
  while (body.remaining > 0) all.push({ packets: body.u64(), bytes: body.u64() });
  return all;
}
