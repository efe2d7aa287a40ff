import { OpenflowError } from '../errors.js';
import type { FlowCommand, FlowMod, FlowRemoved, FlowStats } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { groups, noBuffer, ports } from './constants.js';
import { readInstructions, writeInstructions } from './instruction.js';
import { readMatch, writeMatch } from './match.js';

const commands: readonly FlowCommand[] = ['add', 'modify', 'modify_strict', 'delete', 'delete_strict'];

/** OFPT_FLOW_MOD without header (OpenFlow 1.3, 7.3.4.1). */
export function writeFlowMod(writer: WireWriter, flow: FlowMod): void {
  writer.u64(flow.cookie);
  writer.u64(flow.cookieMask ?? 0n);
  writer.u8(flow.table);
  writer.u8(commands.indexOf(flow.command));
  writer.u16(flow.idleTimeout ?? 0);
  writer.u16(flow.hardTimeout ?? 0);
  writer.u16(flow.priority);
  writer.u32(flow.bufferId ?? noBuffer);
  writer.u32(flow.outPort ?? ports.any);
  writer.u32(flow.outGroup ?? groups.any);
  writer.u16(flow.flags ?? 0);
  writer.zeros(2);
  writeMatch(writer, flow.match);
  writeInstructions(writer, flow.instructions);
}

export function readFlowMod(body: WireReader): FlowMod {
  const cookie = body.u64();
  const cookieMask = body.u64();
  const table = body.u8();
  const command = commands[body.u8()];
  if (command === undefined)
    throw new OpenflowError('malformed', 'decode flow-mod: unknown command', { offset: body.offset - 1 });
  const idleTimeout = body.u16();
  const hardTimeout = body.u16();
  const priority = body.u16();
  const bufferId = body.u32();
  const outPort = body.u32();
  const outGroup = body.u32();
  const flags = body.u16();
  body.skip(2);
  return {
    type: 'flow_mod',
    command,
    table,
    priority,
    cookie,
    ...(cookieMask === 0n ? {} : { cookieMask }),
    ...timeouts(idleTimeout, hardTimeout, flags),
    ...(bufferId === noBuffer ? {} : { bufferId }),
    ...(outPort === ports.any ? {} : { outPort }),
    ...(outGroup === groups.any ? {} : { outGroup }),
    match: readMatch(body),
    instructions: readInstructions(body),
  };
}

function timeouts(idleTimeout: number, hardTimeout: number, flags: number): Partial<FlowMod> {
  return {
    ...(idleTimeout === 0 ? {} : { idleTimeout }),
    ...(hardTimeout === 0 ? {} : { hardTimeout }),
    ...(flags === 0 ? {} : { flags }),
  };
}

/** One `ofp_flow_stats` of a flow reply. */
export function writeFlowStats(writer: WireWriter, flow: FlowStats): void {
  const start = writer.length;
  writer.u16(0);
  writer.u8(flow.table);
  writer.zeros(1);
  writer.u32(flow.durationSeconds);
  writer.u32(flow.durationNanoseconds ?? 0);
  writer.u16(flow.priority);
  writer.u16(flow.idleTimeout ?? 0);
  writer.u16(flow.hardTimeout ?? 0);
  writer.u16(flow.flags ?? 0);
  writer.zeros(4);
  writer.u64(flow.cookie);
  writer.u64(flow.packets);
  writer.u64(flow.bytes);
  writeMatch(writer, flow.match);
  writeInstructions(writer, flow.instructions);
  writer.patchLength(start, start);
}

export function readFlowStats(reader: WireReader): FlowStats {
  const length = reader.u16();
  if (length < 2)
    throw new OpenflowError('malformed', `decode flow stats: length ${length}`, { offset: reader.offset - 2 });
  const body = reader.sub(length - 2);
  const table = body.u8();
  body.skip(1);
  const durationSeconds = body.u32();
  const durationNanoseconds = body.u32();
  const priority = body.u16();
  const idleTimeout = body.u16();
  const hardTimeout = body.u16();
  const flags = body.u16();
  body.skip(4);
  const cookie = body.u64();
  const packets = body.u64();
  const bytes = body.u64();
  return {
    table,
    priority,
    cookie,
    ...timeouts(idleTimeout, hardTimeout, flags),
    match: readMatch(body),
    instructions: readInstructions(body),
    packets,
    bytes,
    durationSeconds,
    durationNanoseconds,
  };
}

const reasons = ['idle_timeout', 'hard_timeout', 'delete', 'group_delete'] as const;

/** OFPT_FLOW_REMOVED without header (OpenFlow 1.3, 7.4.2). */
export function writeFlowRemoved(writer: WireWriter, message: FlowRemoved): void {
  writer.u64(message.cookie);
  writer.u16(message.priority);
  writer.u8(typeof message.reason === 'number' ? message.reason : reasons.indexOf(message.reason));
  writer.u8(message.table);
  writer.u32(message.durationSeconds);
  writer.u32(message.durationNanoseconds);
  writer.u16(message.idleTimeout);
  writer.u16(message.hardTimeout);
  writer.u64(message.packets);
  writer.u64(message.bytes);
  writeMatch(writer, message.match);
}

export function readFlowRemoved(body: WireReader): FlowRemoved {
  const cookie = body.u64();
  const priority = body.u16();
  const reason = body.u8();
  return {
    type: 'flow_removed',
    cookie,
    priority,
    reason: reasons[reason] ?? reason,
    table: body.u8(),
    durationSeconds: body.u32(),
    durationNanoseconds: body.u32(),
    idleTimeout: body.u16(),
    hardTimeout: body.u16(),
    packets: body.u64(),
    bytes: body.u64(),
    match: readMatch(body),
  };
}
