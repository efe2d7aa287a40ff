import { OpenflowError } from '../errors.js';

/** IPv4 and IPv6 addresses as `ovs-ofctl` (inet_ntop) writes them, over integers. */

export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

export function parseIpv4(text: string): number {
  const parts = text.split('.');
  const bytes = parts.map(Number);
  if (parts.length !== 4 || bytes.some((byte, index) => !/^\d{1,3}$/.test(parts[index]!) || byte > 255)) {
    throw new OpenflowError('text_syntax', `parse address ${text}: not IPv4`);
  }
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

export function formatIpv6(value: bigint): string {
  const words = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const run = longestZeroRun(words);
  if (endsInIpv4(words, run)) {
    return `${words[5] === 0xffff ? '::ffff:' : '::'}${formatIpv4(((words[6]! << 16) | words[7]!) >>> 0)}`;
  }
  if (run.length < 2) return hex(words);
  return `${hex(words.slice(0, run.start))}::${hex(words.slice(run.start + run.length))}`;
}

function hex(words: readonly number[]): string {
  return words.map((word) => word.toString(16)).join(':');
}

interface Run {
  readonly start: number;
  readonly length: number;
}

function longestZeroRun(words: readonly number[]): Run {
  let best: Run = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start += 1) {
    let end = start;
    while (words[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

/** The C library writes IPv4-mapped and IPv4-compatible addresses with dots. */
function endsInIpv4(words: readonly number[], run: Run): boolean {
  if (run.start !== 0) return false;
  return run.length === 6 || (run.length === 5 && words[5] === 0xffff);
}

export function parseIpv6(text: string): bigint {
  const halves = text.split('::');
  if (halves.length > 2) throw notIpv6(text);
  const [head, tail] = halves.map((half) => parseWords(half, text));
  if (tail === undefined) {
    if (head!.length !== 8) throw notIpv6(text);
    return join(head!);
  }
  const missing = 8 - head!.length - tail.length;
  if (missing < 1) throw notIpv6(text);
  return join([...head!, ...Array<number>(missing).fill(0), ...tail]);
}

function parseWords(text: string, whole: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (part.includes('.')) {
      const address = parseIpv4(part);
      return [address >>> 16, address & 0xffff];
    }
    if (!/^[0-9a-f]{1,4}$/i.test(part)) throw notIpv6(whole);
    return [parseInt(part, 16)];
  });
}

function join(words: readonly number[]): bigint {
  return words.reduce((value, word) => (value << 16n) | BigInt(word), 0n);
}

function notIpv6(text: string): OpenflowError {
  return new OpenflowError('text_syntax', `parse address ${text}: not IPv6`);
}
