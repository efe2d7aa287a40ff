import { OpenflowError } from '../errors.js';
import type { Bucket, Group, GroupMod, GroupType } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readActions, writeActions } from './action.js';
import { groups, ports } from './constants.js';

const commands = ['add', 'modify', 'delete'] as const;
const groupTypes: readonly GroupType[] = ['all', 'select', 'indirect', 'fast_failover'];

/** OFPT_GROUP_MOD without header (OpenFlow 1.3, 7.3.4.2). */
export function writeGroupMod(writer: WireWriter, message: GroupMod): void {
  writer.u16(commands.indexOf(message.command));
  writer.u8(groupTypes.indexOf(message.groupType));
  writer.zeros(1);
  writer.u32(message.group);
  writeBuckets(writer, message);
}

export function readGroupMod(body: WireReader): GroupMod {
  const command = commands[body.u16()];
  if (command === undefined)
    throw new OpenflowError('malformed', 'decode group-mod: unknown command', { offset: body.offset - 2 });
  return { type: 'group_mod', command, ...readGroup(body) };
}

/** One `ofp_group_desc_stats`. */
export function writeGroupDesc(writer: WireWriter, group: Group): void {
  const start = writer.length;
  writer.u16(0);
  writer.u8(groupTypes.indexOf(group.groupType));
  writer.zeros(1);
  writer.u32(group.group);
  writeBuckets(writer, group);
  writer.patchLength(start, start);
}

export function readGroupDesc(reader: WireReader): Group {
  const length = reader.u16();
  if (length < 8) throw new OpenflowError('malformed', `decode group: length ${length}`, { offset: reader.offset - 2 });
  return readGroup(reader.sub(length - 2));
}

function readGroup(body: WireReader): Group {
  const groupType = groupTypes[body.u8()];
  if (groupType === undefined)
    throw new OpenflowError('malformed', 'decode group: unknown type', { offset: body.offset - 1 });
  body.skip(1);
  const group = body.u32();
  const buckets: Bucket[] = [];
  while (body.remaining > 0) buckets.push(readBucket(body, groupType));
  return { group, groupType, buckets };
}

function writeBuckets(writer: WireWriter, group: Group): void {
  for (const bucket of group.buckets) {
    const start = writer.length;
    writer.u16(0);
    writer.u16(bucket.weight ?? defaultWeight(group.groupType));
    writer.u32(bucket.watchPort ?? ports.any);
    writer.u32(bucket.watchGroup ?? groups.any);
    writer.zeros(4);
    writeActions(writer, bucket.actions);
    writer.patchLength(start, start);
  }
}

/** A select group's bucket without weight gets the least one that is chosen at all; other types must say 0. */
export function defaultWeight(groupType: GroupType): number {
  return groupType === 'select' ? 1 : 0;
}

function readBucket(reader: WireReader, groupType: GroupType): Bucket {
  const length = reader.u16();
  if (length < 16)
    throw new OpenflowError('malformed', `decode bucket: length ${length}`, { offset: reader.offset - 2 });
  const body = reader.sub(length - 2);
  const weight = body.u16();
  const watchPort = body.u32();
  const watchGroup = body.u32();
  body.skip(4);
  return {
    ...(weight === defaultWeight(groupType) ? {} : { weight }),
    ...(watchPort === ports.any ? {} : { watchPort }),
    ...(watchGroup === groups.any ? {} : { watchGroup }),
    actions: readActions(body),
  };
}
