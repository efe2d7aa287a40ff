import type { FieldValue } from '../model/field.js';

/** As many code units are made text in one call: arguments of a call are on the stack. */
const unitsAtOnce = 4096;
/** Nearly all keys are shorter. */
const usualLength = 64;

/**
 * Puts text of code units below 256 together: in one piece, with one byte for each. Text that was put together with `+`
 * stays a tree of pieces in memory, several times as large, which is gone through whenever it is looked up in a map.
 *
 * One is used again and again, and its memory never given back: that took longer than all else.
 */
export class KeyText {
  readonly #units: number[] = [];
  /** Lists of each length, for a call takes all of a list as its arguments. */
  readonly #exact: number[][] = Array.from({ length: usualLength }, (_, length) => Array.from({ length }, () => 0));
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  unit(value: number): void {
    this.#units[this.#length++] = value;
  }

  /** An unsigned integer in `bytes` units, the highest first. */
  value(value: FieldValue, bytes: number): void {
    putValue(this.#units, this.#length, value, bytes);
    this.#length += bytes;
  }

  /** Text that consists of such units. */
  text(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#units[this.#length++] = text.charCodeAt(index);
  }

  finish(): string {
    const length = this.#length;
    if (length >= usualLength) return longText(this.#units.slice(0, length));
    const exact = this.#exact[length]!;
    for (let index = 0; index < length; index += 1) exact[index] = this.#units[index]!;
    return textOf(exact);
  }
}

/** Text of so few units that they can be arguments of a call. */
export function textOf(units: readonly number[]): string {
  return String.fromCharCode.apply(undefined, units as number[]);
}

function longText(units: readonly number[]): string {
  let text = '';
  for (let at = 0; at < units.length; at += unitsAtOnce) text += textOf(units.slice(at, at + unitsAtOnce));
  return text;
}

/** Puts an unsigned integer at `at` in `bytes` units, the highest first. */
export function putValue(units: number[], at: number, value: FieldValue, bytes: number): void {
  // From the front: a list that is written behind its end becomes a slow one.
  if (typeof value === 'number') {
    for (let index = 0, left = bytes - 1; left >= 0; index += 1, left -= 1) units[at + index] = byteOf(value, left);
    return;
  }
  for (let index = 0, left = bytes - 1; left >= 0; index += 1, left -= 1) {
    units[at + index] = Number((value >> BigInt(8 * left)) & 0xffn);
  }
}

/** The byte that has `below` bytes below it. Bit operators do not reach MAC addresses. */
function byteOf(value: number, below: number): number {
  return below < 4 ? (value >>> (8 * below)) & 0xff : Math.floor(value / 2 ** (8 * below)) & 0xff;
}
