import { fieldByName } from '../fields/registry.js';
import type { Action } from '../model/action.js';
import type { SubField } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { beginAction, endAction } from './action-frame.js';
import { portFrom16, ports, portTo16 } from './constants.js';
import { readController, readController2, writeController } from './controller-action.js';
import { readCt, readNat, writeCt, writeNat } from './ct-action.js';
import { checkValue } from './field-value.js';
import { readLearn, writeLearn } from './learn-action.js';
import { niciraSubtypes as subtypes } from './nicira-subtypes.js';
import { writeOxm } from './oxm.js';
import { readRegLoad, writeRegLoad } from './reg-load.js';
import { readSetField } from './set-field.js';
import {
  packRange,
  readFieldRow,
  rowOfHeader,
  subFieldOf,
  subFieldRow,
  unpackRange,
  writeFieldHeader,
} from './subfield.js';

type ActionsWriter = (writer: WireWriter, actions: readonly Action[]) => void;
type ActionsReader = (reader: WireReader, depth: number) => Action[];

const currentTable = 0xff;
const wholePacket = 0xffff;
const maxDepth = 8;

/** Writes one of the actions that exist only as Nicira extension (nicira-ext.h, ovs-actions(7)). */
export function writeNiciraAction(writer: WireWriter, action: Action, writeActions: ActionsWriter): void {
  if (action.kind === 'reg_load') {
    writeRegLoad(writer, action.dst, action.value);
    return;
  }
  const start = beginAction(writer);
  writeBody(writer, action, writeActions);
  endAction(writer, start);
}

function writeBody(writer: WireWriter, action: Action, writeActions: ActionsWriter): void {
  switch (action.kind) {
    case 'set_field': {
      const row = fieldByName(action.field);
      writer.u16(subtypes.regLoad2);
      writer.zeros(6);
      const mask = action.mask === undefined ? undefined : checkValue(row, action.mask);
      writeOxm(writer, row, row.nxm, checkValue(row, action.value), mask, action.length);
      return;
    }
    case 'output_field':
      writeOutputField(writer, action.src, action.maxLength ?? wholePacket);
      return;
    case 'move':
      writer.u16(subtypes.regMove);
      writer.u16(action.dst.bits);
      writer.u16(action.src.offset);
      writer.u16(action.dst.offset);
      writeFieldHeader(writer, subFieldRow(action.src));
      writeFieldHeader(writer, subFieldRow(action.dst));
      return;
    case 'push':
      writeStack(writer, subtypes.stackPush, action.src);
      return;
    case 'pop':
      writeStack(writer, subtypes.stackPop, action.dst);
      return;
    case 'dec_ttl': {
      const ids = action.controllerIds ?? [0];
      writer.u16(subtypes.decTtlCntIds);
      writer.u16(ids.length);
      writer.zeros(4);
      for (const id of ids) writer.u16(id);
      return;
    }
    case 'resubmit':
      writeResubmit(writer, action);
      return;
    case 'conjunction':
      writer.u16(subtypes.conjunction);
      writer.u8(action.clause - 1);
      writer.u8(action.clauses);
      writer.u32(action.id);
      return;
    case 'note':
      writer.u16(subtypes.note);
      writer.bytes(action.data);
      return;
    case 'ct_clear':
      writer.u16(subtypes.ctClear);
      return;
    case 'ct':
      writeCt(writer, action, writeActions);
      return;
    case 'nat':
      writeNat(writer, action);
      return;
    case 'learn':
      writeLearn(writer, action);
      return;
    case 'controller':
      writeController(writer, action);
      return;
    default:
      throw new TypeError(`action ${action.kind} is not a Nicira extension`);
  }
}

function writeOutputField(writer: WireWriter, src: SubField, maxLength: number): void {
  const row = subFieldRow(src);
  if (row.nxm.experimenter === undefined) {
    writer.u16(subtypes.outputReg);
    writer.u16(packRange(src));
    writeFieldHeader(writer, row);
    writer.u16(maxLength);
    writer.zeros(6);
    return;
  }
  writer.u16(subtypes.outputReg2);
  writer.u16(packRange(src));
  writer.u16(maxLength);
  writeFieldHeader(writer, row);
}

function writeStack(writer: WireWriter, subtype: number, subField: SubField): void {
  writer.u16(subtype);
  writer.u16(subField.offset);
  writeFieldHeader(writer, subFieldRow(subField));
  writer.u16(subField.bits);
  writer.zeros(6);
}

/** As `ovs-ofctl` does, always the form with a table: 255 is the current one. */
function writeResubmit(writer: WireWriter, action: Extract<Action, { kind: 'resubmit' }>): void {
  writer.u16(action.ct === true ? subtypes.resubmitTableCt : subtypes.resubmitTable);
  writer.u16(portTo16(action.inPort ?? ports.inPort));
  writer.u8(action.table ?? currentTable);
  writer.zeros(3);
}

/** Reads the body behind vendor id, or nothing where its bytes have to be kept as they are. */
export function readNiciraAction(body: WireReader, depth: number, readActions: ActionsReader): Action | undefined {
  const subtype = body.u16();
  switch (subtype) {
    case subtypes.regLoad:
      return readRegLoad(body);
    case subtypes.regLoad2:
      body.skip(6);
      return readSetField(body);
    case subtypes.outputReg:
      return readOutputReg(body);
    case subtypes.outputReg2:
      return readOutputReg2(body);
    case subtypes.regMove:
      return readMove(body);
    case subtypes.stackPush: {
      const src = readStack(body);
      return src && { kind: 'push', src };
    }
    case subtypes.stackPop: {
      const dst = readStack(body);
      return dst && { kind: 'pop', dst };
    }
    case subtypes.decTtlCntIds: {
      const length = body.u16();
      body.skip(4);
      return { kind: 'dec_ttl', controllerIds: Array.from({ length }, () => body.u16()) };
    }
    case subtypes.resubmit:
    case subtypes.resubmitTable:
    case subtypes.resubmitTableCt:
      return readResubmit(body, subtype);
    case subtypes.conjunction:
      return readConjunction(body);
    case subtypes.note:
      return { kind: 'note', data: body.rest() };
    case subtypes.ctClear:
      return { kind: 'ct_clear' };
    case subtypes.ct:
      return depth < maxDepth ? readCt(body, (reader) => readActions(reader, depth + 1)) : undefined;
    case subtypes.nat:
      return readNat(body);
    case subtypes.learn:
      return readLearn(body);
    case subtypes.controller:
      return readController(body);
    case subtypes.controller2:
      return readController2(body);
    default:
      return undefined;
  }
}

function readOutputReg(body: WireReader): Action | undefined {
  const { offset, bits } = unpackRange(body.u16());
  const row = rowOfHeader(body.u32());
  return outputField(row && subFieldOf(row, offset, bits), body.u16());
}

function readOutputReg2(body: WireReader): Action | undefined {
  const { offset, bits } = unpackRange(body.u16());
  const maxLength = body.u16();
  const row = readFieldRow(body);
  return outputField(row && subFieldOf(row, offset, bits), maxLength);
}

function outputField(src: SubField | undefined, maxLength: number): Action | undefined {
  if (src === undefined) return undefined;
  return maxLength === wholePacket ? { kind: 'output_field', src } : { kind: 'output_field', src, maxLength };
}

function readMove(body: WireReader): Action | undefined {
  const bits = body.u16();
  const srcOffset = body.u16();
  const dstOffset = body.u16();
  const srcRow = readFieldRow(body);
  const dstRow = srcRow && readFieldRow(body);
  const src = srcRow && subFieldOf(srcRow, srcOffset, bits);
  const dst = dstRow && subFieldOf(dstRow, dstOffset, bits);
  return src && dst && { kind: 'move', src, dst };
}

function readStack(body: WireReader): SubField | undefined {
  const offset = body.u16();
  const row = readFieldRow(body);
  return row && subFieldOf(row, offset, body.u16());
}

function readResubmit(body: WireReader, subtype: number): Action {
  const port = portFrom16(body.u16());
  const table = body.u8();
  return {
    kind: 'resubmit',
    ...(port === ports.inPort ? {} : { inPort: port }),
    ...(subtype === subtypes.resubmit || table === currentTable ? {} : { table }),
    ...(subtype === subtypes.resubmitTableCt ? { ct: true } : {}),
  };
}

function readConjunction(body: WireReader): Action {
  const clause = body.u8() + 1;
  const clauses = body.u8();
  return { kind: 'conjunction', id: body.u32(), clause, clauses };
}
