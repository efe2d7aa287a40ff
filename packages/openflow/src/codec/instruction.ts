import { OpenflowError } from '../errors.js';
import type { Instruction } from '../model/action.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readActions, writeActions } from './action.js';

/** `OFPIT_*` (OpenFlow 1.3, 7.2.4). */
const types = { gotoTable: 1, writeMetadata: 2, writeActions: 3, applyActions: 4, clearActions: 5, meter: 6 } as const;

/** The order in which the switch executes and Open vSwitch reports instructions. */
const order: readonly Instruction['kind'][] = [
  'meter',
  'apply_actions',
  'clear_actions',
  'write_actions',
  'write_metadata',
  'goto_table',
  'unknown',
];

const allBits = 0xffff_ffff_ffff_ffffn;

/** Instructions as the switch reports them back: in its order, without lists that are empty. */
export function normalizeInstructions(instructions: readonly Instruction[]): readonly Instruction[] {
  const kept = instructions.filter((instruction) => !('actions' in instruction) || instruction.actions.length > 0);
  if (kept.length < 2) return kept;
  return kept.sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind));
}

export function writeInstructions(writer: WireWriter, instructions: readonly Instruction[]): void {
  for (const instruction of normalizeInstructions(instructions)) writeInstruction(writer, instruction);
}

function writeInstruction(writer: WireWriter, instruction: Instruction): void {
  const start = writer.length;
  switch (instruction.kind) {
    case 'apply_actions':
    case 'write_actions':
      writer.u16(instruction.kind === 'apply_actions' ? types.applyActions : types.writeActions);
      writer.zeros(6);
      writeActions(writer, instruction.actions);
      break;
    case 'clear_actions':
      writer.u16(types.clearActions);
      writer.zeros(6);
      break;
    case 'write_metadata':
      writer.u16(types.writeMetadata);
      writer.zeros(6);
      writer.u64(instruction.metadata);
      writer.u64(instruction.mask ?? allBits);
      break;
    case 'goto_table':
      writer.u16(types.gotoTable);
      writer.zeros(2);
      writer.u8(instruction.table);
      writer.zeros(3);
      break;
    case 'meter':
      writer.u16(types.meter);
      writer.zeros(2);
      writer.u32(instruction.meter);
      break;
    case 'unknown':
      writer.bytes(instruction.data);
      return;
  }
  writer.patchLength(start + 2, start);
}

/** Instructions up to the end of `reader`. */
export function readInstructions(reader: WireReader): Instruction[] {
  const instructions: Instruction[] = [];
  while (reader.remaining > 0) instructions.push(readInstruction(reader));
  return instructions;
}

function readInstruction(reader: WireReader): Instruction {
  const start = reader.offset;
  const length = reader.peekU16(2);
  if (length < 8 || length % 8 !== 0) {
    throw new OpenflowError('malformed', `decode instruction: length ${length}`, { offset: start });
  }
  const body = reader.sub(length);
  const type = body.u16();
  body.skip(2);
  return readKnown(type, body) ?? { kind: 'unknown', data: reader.since(start) };
}

function readKnown(type: number, body: WireReader): Instruction | undefined {
  switch (type) {
    case types.gotoTable:
      return { kind: 'goto_table', table: body.u8() };
    case types.writeMetadata: {
      body.skip(4);
      const metadata = body.u64();
      const mask = body.u64();
      return mask === allBits ? { kind: 'write_metadata', metadata } : { kind: 'write_metadata', metadata, mask };
    }
    case types.applyActions:
      body.skip(4);
      return { kind: 'apply_actions', actions: readActions(body) };
    case types.writeActions:
      body.skip(4);
      return { kind: 'write_actions', actions: readActions(body) };
    case types.clearActions:
      return { kind: 'clear_actions' };
    case types.meter:
      return { kind: 'meter', meter: body.u32() };
    default:
      return undefined;
  }
}
