import { OpenflowError } from '../errors.js';

/** Names of bits, lowest first. */
export type FlagNames = readonly string[];

export const ctStateNames: FlagNames = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'];
export const tcpFlagNames: FlagNames = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns'];
export const tunnelFlagNames: FlagNames = ['oam'];

/** `+new-est` for some of the bits, `new|est` (or `0`) where `all` of them count. Bits without name stand as hex. */
export function formatFlags(names: FlagNames, value: number, mask: number, all: number | undefined): string {
  const bits = (source: number): string[] => named(names, source);
  if (mask === all) return bits(value).join('|') || '0';
  return bits(mask)
    .map((name) => `${(value & flagBits(names, name)) === 0 ? '-' : '+'}${name}`)
    .join('');
}

function named(names: FlagNames, bits: number): string[] {
  const known = names.filter((_, index) => (bits & (1 << index)) !== 0);
  const rest = (bits & ~((1 << names.length) - 1)) >>> 0;
  return rest === 0 ? known : [...known, `0x${rest.toString(16)}`];
}

function flagBits(names: FlagNames, name: string): number {
  const index = names.indexOf(name);
  return index >= 0 ? 1 << index : Number(name);
}

/** Reads what `formatFlags` writes, or a number with optional mask. */
export function parseFlags(names: FlagNames, text: string, all: number): { value: number; mask: number } {
  if (/^\d/.test(text) && !text.includes('|')) {
    const [value, mask] = text.split('/');
    return { value: Number(value), mask: mask === undefined ? all : Number(mask) };
  }
  if (!/^[+-]/.test(text)) {
    const value = text.split('|').reduce((sum, name) => sum | bitOf(names, name, text), 0);
    return { value, mask: all };
  }
  let value = 0;
  let mask = 0;
  for (const [, sign, name] of text.matchAll(/([+-])([^+-]*)/g)) {
    const bit = bitOf(names, name!, text);
    mask |= bit;
    if (sign === '+') value |= bit;
  }
  return { value, mask };
}

function bitOf(names: FlagNames, name: string, text: string): number {
  const bits = flagBits(names, name);
  if (!Number.isInteger(bits) || name === '')
    throw new OpenflowError('text_syntax', `parse flags ${text}: ${name} is unknown`);
  return bits;
}
