import type { WireWriter } from '../wire/writer.js';
import { vendors } from './constants.js';

/** Starts an action of Nicira; `endAction` pads it and fills in its length. */
export function beginAction(writer: WireWriter): number {
  const start = writer.length;
  writer.u16(0xffff);
  writer.u16(0);
  writer.u32(vendors.nicira);
  return start;
}

export function endAction(writer: WireWriter, start: number): void {
  writer.padFrom(start, 8);
  writer.patchLength(start + 2, start);
}
