import { NetTypesError } from './errors.js';

/** Ports that equal `value` in the bits of `mask`; a single port has the mask 0xffff. */
export interface PortMask {
  readonly value: number;
  readonly mask: number;
}

const allBits = 0xffff;

/** Whether a number is a port, 0 included. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= allBits;
}

/**
 * The fewest value/mask pairs that cover the ports from `first` to `last`, both included, in ascending order: how a
 * range is matched by flows. Throws `invalid-port`.
 */
export function portRangeToMasks(first: number, last: number = first): PortMask[] {
  if (!isPort(first) || !isPort(last) || first > last) {
    throw new NetTypesError('invalid-port', `${first} to ${last} is not a range of ports`);
  }
  const masks: PortMask[] = [];
  for (let start = first; start <= last;) {
    let size = 1;
    while (start % (size * 2) === 0 && start + size * 2 - 1 <= last) size *= 2;
    masks.push({ value: start, mask: allBits & ~(size - 1) });
    start += size;
  }
  return masks;
}
