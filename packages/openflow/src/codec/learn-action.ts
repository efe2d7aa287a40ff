import { OpenflowError } from '../errors.js';
import type { Action, LearnAction, LearnSpec } from '../model/action.js';
import type { FieldValue, SubField } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { numberBytes } from './field-value.js';
import { niciraSubtypes } from './nicira-subtypes.js';
import { rowOfHeader, subFieldOf, subFieldRow } from './subfield.js';

const flagSendFlowRemoved = 1;
const flagDeleteLearned = 2;

/** Header of one spec: source kind in bit 13, destination kind in bits 11 and 12, number of bits below. */
const sourceImmediate = 1 << 13;
const destination = { match: 0 << 11, load: 1 << 11, output: 2 << 11 } as const;
const bitsMask = 0x7ff;

/** Body of NXAST_LEARN. */
export function writeLearn(writer: WireWriter, action: LearnAction): void {
  writer.u16(niciraSubtypes.learn);
  writer.u16(action.idleTimeout ?? 0);
  writer.u16(action.hardTimeout ?? 0);
  writer.u16(action.priority);
  writer.u64(action.cookie);
  writer.u16(
    (action.sendFlowRemoved === true ? flagSendFlowRemoved : 0) |
      (action.deleteLearned === true ? flagDeleteLearned : 0),
  );
  writer.u8(action.table);
  writer.u8(0);
  writer.u16(action.finIdleTimeout ?? 0);
  writer.u16(action.finHardTimeout ?? 0);
  for (const spec of action.specs) writeSpec(writer, spec);
}

function writeSpec(writer: WireWriter, spec: LearnSpec): void {
  switch (spec.kind) {
    case 'match':
      writer.u16(destination.match | spec.dst.bits);
      writeSubField(writer, spec.src);
      writeSubField(writer, spec.dst);
      return;
    case 'match_value':
      writer.u16(sourceImmediate | destination.match | spec.dst.bits);
      writeImmediate(writer, spec.value, spec.dst);
      writeSubField(writer, spec.dst);
      return;
    case 'load':
      writer.u16(destination.load | spec.dst.bits);
      writeSubField(writer, spec.src);
      writeSubField(writer, spec.dst);
      return;
    case 'load_value':
      writer.u16(sourceImmediate | destination.load | spec.dst.bits);
      writeImmediate(writer, spec.value, spec.dst);
      writeSubField(writer, spec.dst);
      return;
    case 'output':
      writer.u16(destination.output | spec.src.bits);
      writeSubField(writer, spec.src);
      return;
  }
}

function writeSubField(writer: WireWriter, subField: SubField): void {
  const { header, experimenter } = subFieldRow(subField).nxm;
  if (experimenter !== undefined)
    throw new OpenflowError('malformed', `learn: ${subField.field} has no room for its experimenter id`);
  writer.u32(header);
  writer.u16(subField.offset);
}

/** An immediate value takes whole 16-bit words. */
function writeImmediate(writer: WireWriter, value: FieldValue, { bits, field }: SubField): void {
  if (BigInt(value) < 0n || BigInt(value) >> BigInt(bits) !== 0n) {
    throw new OpenflowError('out_of_range', `learn: ${value} does not fit into ${bits} bits of ${field}`);
  }
  writer.bigUint(BigInt(value), immediateBytes(bits));
}

function immediateBytes(bits: number): number {
  return 2 * Math.ceil(bits / 16);
}

export function readLearn(body: WireReader): Action | undefined {
  const idleTimeout = body.u16();
  const hardTimeout = body.u16();
  const priority = body.u16();
  const cookie = body.u64();
  const flags = body.u16();
  const table = body.u8();
  body.skip(1);
  const finIdleTimeout = body.u16();
  const finHardTimeout = body.u16();
  const specs = readSpecs(body);
  if (specs === undefined) return undefined;
  return {
    kind: 'learn',
    table,
    priority,
    cookie,
    ...(idleTimeout === 0 ? {} : { idleTimeout }),
    ...(hardTimeout === 0 ? {} : { hardTimeout }),
    ...(finIdleTimeout === 0 ? {} : { finIdleTimeout }),
    ...(finHardTimeout === 0 ? {} : { finHardTimeout }),
    ...((flags & flagSendFlowRemoved) === 0 ? {} : { sendFlowRemoved: true }),
    ...((flags & flagDeleteLearned) === 0 ? {} : { deleteLearned: true }),
    specs,
  };
}

/** Specs up to the zero header that padding looks like. */
function readSpecs(body: WireReader): LearnSpec[] | undefined {
  const specs: LearnSpec[] = [];
  while (body.remaining >= 2) {
    const header = body.u16();
    if (header === 0) break;
    const spec = readSpec(body, header);
    if (spec === undefined) return undefined;
    specs.push(spec);
  }
  return specs;
}

function readSpec(body: WireReader, header: number): LearnSpec | undefined {
  const bits = header & bitsMask;
  const kind = header & 0x1800;
  const immediate = (header & sourceImmediate) !== 0;
  if (bits === 0 || (header & 0xc000) !== 0 || (immediate && kind === destination.output)) return undefined;
  const value = immediate ? body.bigUint(immediateBytes(bits)) : undefined;
  const src = immediate ? undefined : readSubField(body, bits);
  if (kind === destination.output) return src && { kind: 'output', src };
  const dst = readSubField(body, bits);
  if (dst === undefined || (kind !== destination.match && kind !== destination.load)) return undefined;
  const names = kind === destination.match ? (['match', 'match_value'] as const) : (['load', 'load_value'] as const);
  if (value === undefined) return src && { kind: names[0], src, dst };
  if (value >> BigInt(bits) !== 0n) return undefined;
  return { kind: names[1], value: narrow(value, dst), dst };
}

function narrow(value: bigint, dst: SubField): FieldValue {
  return subFieldRow(dst).bytes <= numberBytes ? Number(value) : value;
}

function readSubField(body: WireReader, bits: number): SubField | undefined {
  const row = rowOfHeader(body.u32());
  const offset = body.u16();
  return row && !row.variable ? subFieldOf(row, offset, bits) : undefined;
}
