import { OpenflowError } from '../errors.js';
import type { Meter, MeterBand, MeterMod } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

const commands = ['add', 'modify', 'delete'] as const;
const flagBits = { kbps: 1, pktps: 2, burst: 4, stats: 8 } as const;
const flagNames = Object.keys(flagBits) as (keyof typeof flagBits)[];
const bandTypes = { drop: 1, dscp_remark: 2 } as const;
const bandLength = 16;

/** OFPT_METER_MOD without header (OpenFlow 1.3, 7.3.4.4). */
export function writeMeterMod(writer: WireWriter, message: MeterMod): void {
  writer.u16(commands.indexOf(message.command));
  writeMeter(writer, message);
}

export function readMeterMod(body: WireReader): MeterMod {
  const command = commands[body.u16()];
  if (command === undefined)
    throw new OpenflowError('malformed', 'decode meter-mod: unknown command', { offset: body.offset - 2 });
  return { type: 'meter_mod', command, ...readMeter(body) };
}

/** One `ofp_meter_config`. */
export function writeMeterConfig(writer: WireWriter, meter: Meter): void {
  const start = writer.length;
  writer.u16(0);
  writeMeter(writer, meter);
  writer.patchLength(start, start);
}

export function readMeterConfig(reader: WireReader): Meter {
  const length = reader.u16();
  if (length < 8) throw new OpenflowError('malformed', `decode meter: length ${length}`, { offset: reader.offset - 2 });
  return readMeter(reader.sub(length - 2));
}

function writeMeter(writer: WireWriter, meter: Meter): void {
  writer.u16(meter.flags.reduce((bits, flag) => bits | flagBits[flag], 0));
  writer.u32(meter.meter);
  for (const band of meter.bands) {
    writer.u16(bandTypes[band.kind]);
    writer.u16(bandLength);
    writer.u32(band.rate);
    writer.u32(band.burst);
    writer.u8(band.precedenceLevel ?? 0);
    writer.zeros(3);
  }
}

function readMeter(body: WireReader): Meter {
  const flags = body.u16();
  const meter = body.u32();
  const bands: MeterBand[] = [];
  while (body.remaining > 0) bands.push(readBand(body));
  return { meter, flags: flagNames.filter((name) => (flags & flagBits[name]) !== 0), bands };
}

function readBand(reader: WireReader): MeterBand {
  const start = reader.offset;
  const type = reader.u16();
  const length = reader.u16();
  if (length !== bandLength || (type !== bandTypes.drop && type !== bandTypes.dscp_remark)) {
    throw new OpenflowError('malformed', `decode meter band: type ${type} with length ${length}`, { offset: start });
  }
  const rate = reader.u32();
  const burst = reader.u32();
  const precedenceLevel = reader.u8();
  reader.skip(3);
  return type === bandTypes.drop
    ? { kind: 'drop', rate, burst }
    : { kind: 'dscp_remark', rate, burst, precedenceLevel };
}
