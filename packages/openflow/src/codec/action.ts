import { OpenflowError } from '../errors.js';
import type { Action } from '../model/action.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { ports, vendors } from './constants.js';
import { isControllerPort } from './controller-action.js';
import { readNiciraAction, writeNiciraAction } from './nicira-action.js';
import { isMasked, readSetField, writeSetField } from './set-field.js';

/** `OFPAT_*` (OpenFlow 1.3, 7.2.5). */
const types = {
  output: 0,
  pushVlan: 17,
  popVlan: 18,
  setQueue: 21,
  group: 22,
  decNwTtl: 24,
  setField: 25,
  experimenter: 0xffff,
} as const;

const wholePacket = 0xffff;

export function writeActions(writer: WireWriter, actions: readonly Action[]): void {
  for (const action of actions) writeAction(writer, action);
}

/** Actions up to the end of `reader`. One that cannot be understood comes back as `unknown`, byte for byte. */
export function readActions(reader: WireReader, depth = 0): Action[] {
  const actions: Action[] = [];
  while (reader.remaining > 0) actions.push(readAction(reader, depth));
  return actions;
}

function writeAction(writer: WireWriter, action: Action): void {
  switch (action.kind) {
    case 'output': {
      header(writer, types.output, 16);
      writer.u32(action.port);
      writer.u16(action.maxLength ?? (action.port === ports.controller ? wholePacket : 0));
      writer.zeros(6);
      return;
    }
    case 'group':
      header(writer, types.group, 8);
      writer.u32(action.group);
      return;
    case 'set_queue':
      header(writer, types.setQueue, 8);
      writer.u32(action.queue);
      return;
    case 'push_vlan':
      header(writer, types.pushVlan, 8);
      writer.u16(action.etherType);
      writer.zeros(2);
      return;
    case 'pop_vlan':
      header(writer, types.popVlan, 8);
      writer.zeros(4);
      return;
    case 'set_field':
      if (isMasked(action)) {
        writeNiciraAction(writer, action, writeActions);
        return;
      }
      writeSetField(writer, action, types.setField);
      return;
    case 'dec_ttl':
      if (action.controllerIds !== undefined) {
        writeNiciraAction(writer, action, writeActions);
        return;
      }
      header(writer, types.decNwTtl, 8);
      writer.zeros(4);
      return;
    case 'controller':
      if (isControllerPort(action)) writeAction(writer, { ...action, kind: 'output', port: ports.controller });
      else writeNiciraAction(writer, action, writeActions);
      return;
    case 'unknown':
      writer.bytes(action.data);
      return;
    default:
      writeNiciraAction(writer, action, writeActions);
  }
}

function header(writer: WireWriter, type: number, length: number): void {
  writer.u16(type);
  writer.u16(length);
}

function readAction(reader: WireReader, depth: number): Action {
  const length = reader.peekU16(2);
  if (length < 8 || length % 8 !== 0) {
    throw new OpenflowError('malformed', `decode action: length ${length}`, { offset: reader.offset });
  }
  const start = reader.offset;
  const body = reader.sub(length);
  const type = body.u16();
  body.skip(2);
  return (
    (type === types.experimenter ? readExperimenter(body, depth) : readStandard(type, body)) ?? keep(reader, start)
  );
}

function readExperimenter(body: WireReader, depth: number): Action | undefined {
  return body.u32() === vendors.nicira ? readNiciraAction(body, depth, readActions) : undefined;
}

function keep(reader: WireReader, start: number): Action {
  return { kind: 'unknown', data: reader.since(start) };
}

/** The action, or nothing where it is not one of ours: then its bytes are kept. */
function readStandard(type: number, body: WireReader): Action | undefined {
  switch (type) {
    case types.output: {
      const port = body.u32();
      const maxLength = body.u16();
      const usual = port === ports.controller ? wholePacket : 0;
      return maxLength === usual ? { kind: 'output', port } : { kind: 'output', port, maxLength };
    }
    case types.group:
      return { kind: 'group', group: body.u32() };
    case types.setQueue:
      return { kind: 'set_queue', queue: body.u32() };
    case types.pushVlan:
      return { kind: 'push_vlan', etherType: body.u16() };
    case types.popVlan:
      return { kind: 'pop_vlan' };
    case types.decNwTtl:
      return { kind: 'dec_ttl' };
    case types.setField:
      return readSetField(body);
    default:
      return undefined;
  }
}
