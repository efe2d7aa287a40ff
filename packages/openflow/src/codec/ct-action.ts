import type { Action, CtAction, NatAction, NatRange } from '../model/action.js';
import type { FieldValue } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { niciraSubtypes } from './nicira-subtypes.js';
import { packRange, rowOfHeader, subFieldOf, subFieldRow, unpackRange, writeFieldHeader } from './subfield.js';
import { beginAction, endAction } from './action-frame.js';

const flagCommit = 1;
const flagForce = 2;
const noTable = 0xff;

/** Body of NXAST_CT: `nat` and the actions of `exec` follow as nested actions, `nat` first. */
export function writeCt(
  writer: WireWriter,
  action: CtAction,
  writeActions: (writer: WireWriter, actions: readonly Action[]) => void,
): void {
  writer.u16(niciraSubtypes.ct);
  writer.u16((action.commit === true ? flagCommit : 0) | (action.force === true ? flagForce : 0));
  if (typeof action.zone === 'number') {
    writer.u32(0);
    writer.u16(action.zone);
  } else {
    writeFieldHeader(writer, subFieldRow(action.zone));
    writer.u16(packRange(action.zone));
  }
  writer.u8(action.table ?? noTable);
  writer.zeros(3);
  writer.u16(action.alg ?? 0);
  if (action.nat !== undefined) {
    const start = beginAction(writer);
    writeNat(writer, action.nat);
    endAction(writer, start);
  }
  if (action.exec !== undefined) writeActions(writer, action.exec);
}

export function readCt(body: WireReader, readActions: (reader: WireReader) => Action[]): Action | undefined {
  const flags = body.u16();
  const zoneHeader = body.u32();
  const zone = readZone(zoneHeader, body.u16());
  const table = body.u8();
  body.skip(3);
  const alg = body.u16();
  if (zone === undefined) return undefined;
  const nested = readActions(body);
  const first = nested[0];
  const nat = first?.kind === 'nat' ? first : undefined;
  const exec = nat === undefined ? nested : nested.slice(1);
  return {
    kind: 'ct',
    ...((flags & flagCommit) !== 0 ? { commit: true } : {}),
    ...((flags & flagForce) !== 0 ? { force: true } : {}),
    zone,
    ...(table === noTable ? {} : { table }),
    ...(alg === 0 ? {} : { alg }),
    ...(nat === undefined ? {} : { nat }),
    ...(exec.length === 0 ? {} : { exec }),
  };
}

function readZone(header: number, value: number): CtAction['zone'] | undefined {
  if (header === 0) return value;
  const row = rowOfHeader(header);
  const { offset, bits } = unpackRange(value);
  return row && subFieldOf(row, offset, bits);
}

const natFlags = { src: 1, dst: 2, persistent: 4, hash: 8, random: 16 } as const;
const present = { ipv4Min: 1, ipv4Max: 2, ipv6Min: 4, ipv6Max: 8, portMin: 16, portMax: 32 } as const;

/** Body of NXAST_NAT. */
export function writeNat(writer: WireWriter, action: NatAction): void {
  const { direction } = action;
  const range = action.range && withoutEqualEnds(action.range);
  writer.u16(niciraSubtypes.nat);
  writer.zeros(2);
  writer.u16(
    (direction === undefined ? 0 : natFlags[direction]) |
      (action.persistent === true ? natFlags.persistent : 0) |
      (action.hash === true ? natFlags.hash : 0) |
      (action.random === true ? natFlags.random : 0),
  );
  writer.u16(range === undefined ? 0 : presence(range));
  if (range === undefined) return;
  for (const address of [range.addressMin, range.addressMax]) {
    if (address === undefined) continue;
    if (range.family === 'ipv4') writer.u32(Number(address));
    else writer.bigUint(BigInt(address), 16);
  }
  if (range.portMin !== undefined) writer.u16(range.portMin);
  if (range.portMax !== undefined) writer.u16(range.portMax);
}

/** A range of one address or port is that address or port. */
function withoutEqualEnds({ addressMax, portMax, ...range }: NatRange): NatRange {
  return {
    ...range,
    ...(addressMax === undefined || addressMax === range.addressMin ? {} : { addressMax }),
    ...(portMax === undefined || portMax === range.portMin ? {} : { portMax }),
  };
}

function presence(range: NatRange): number {
  const [min, max] = range.family === 'ipv4' ? [present.ipv4Min, present.ipv4Max] : [present.ipv6Min, present.ipv6Max];
  return (
    (range.addressMin === undefined ? 0 : min) |
    (range.addressMax === undefined ? 0 : max) |
    (range.portMin === undefined ? 0 : present.portMin) |
    (range.portMax === undefined ? 0 : present.portMax)
  );
}

export function readNat(body: WireReader): NatAction {
  body.skip(2);
  const flags = body.u16();
  const bits = body.u16();
  const range = bits === 0 ? undefined : readRange(body, bits);
  const direction = (flags & natFlags.src) !== 0 ? 'src' : 'dst';
  return {
    kind: 'nat',
    ...((flags & (natFlags.src | natFlags.dst)) === 0 ? {} : { direction }),
    ...(range === undefined ? {} : { range }),
    ...((flags & natFlags.persistent) !== 0 ? { persistent: true } : {}),
    ...((flags & natFlags.hash) !== 0 ? { hash: true } : {}),
    ...((flags & natFlags.random) !== 0 ? { random: true } : {}),
  };
}

function readRange(body: WireReader, bits: number): NatRange {
  const optional = (bit: number, read: () => FieldValue): FieldValue | undefined =>
    (bits & bit) === 0 ? undefined : read();
  const v4Min = optional(present.ipv4Min, () => body.u32());
  const v4Max = optional(present.ipv4Max, () => body.u32());
  const v6Min = optional(present.ipv6Min, () => body.bigUint(16));
  const v6Max = optional(present.ipv6Max, () => body.bigUint(16));
  const portMin = (bits & present.portMin) === 0 ? undefined : body.u16();
  const portMax = (bits & present.portMax) === 0 ? undefined : body.u16();
  const addressMin = v4Min ?? v6Min;
  const addressMax = v4Max ?? v6Max;
  return {
    family: v6Min === undefined && v6Max === undefined ? 'ipv4' : 'ipv6',
    ...(addressMin === undefined ? {} : { addressMin }),
    ...(addressMax === undefined ? {} : { addressMax }),
    ...(portMin === undefined ? {} : { portMin }),
    ...(portMax === undefined ? {} : { portMax }),
  };
}
