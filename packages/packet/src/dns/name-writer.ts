import type { ByteWriter } from '../byte-writer.js';
import { PacketError } from '../errors.js';

const maxLabelLength = 63;
const maxNameLength = 255;
/** Pointers have 14 bits. */
const maxPointerTarget = 0x3fff;

/** Writes names of one message; what was written before is pointed to. */
export class NameWriter {
  readonly #writer: ByteWriter;
  readonly #offsets = new Map<string, number>();

  /** The writer must hold the message from its first byte on. */
  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /** Without `compress` the whole name is written, where the type of record demands it (RFC 2782, 4; RFC 3597, 4). */
  write(name: string, { compress = true } = {}): void {
    const labels = labelsOf(name);
    for (const [index, label] of labels.entries()) {
      const suffix = labels.slice(index).map(String).join('.');
      const known = compress ? this.#offsets.get(suffix) : undefined;
      if (known !== undefined) {
        this.#writer.u16(0xc000 | known);
        return;
      }
      if (this.#writer.length <= maxPointerTarget && !this.#offsets.has(suffix)) {
        this.#offsets.set(suffix, this.#writer.length);
      }
      this.#writer.u8(label.length).put(label);
    }
    this.#writer.u8(0);
  }
}

/** The labels of a name's text, with escapes undone. Throws `invalid-field`. */
function labelsOf(name: string): Uint8Array[] {
  if (name === '.') return [];
  const labels: number[][] = [[]];
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) {
      labels.push([]);
    } else if (code === 0x5c) {
      const digits = /^\d{3}/.exec(name.slice(i + 1, i + 4))?.[0];
      labels.at(-1)?.push(digits === undefined ? name.charCodeAt(i + 1) : Number(digits));
      i += digits?.length ?? 1;
    } else {
      labels.at(-1)?.push(code);
    }
  }
  if (labels.length > 1 && labels.at(-1)?.length === 0) labels.pop();
  for (const label of labels) check(name, label);
  if (labels.reduce((sum, label) => sum + label.length + 1, 1) > maxNameLength) throw invalid(name, 'is too long');
  return labels.map((label) => Uint8Array.from(label));
}

function check(name: string, label: readonly number[]): void {
  if (label.length === 0) throw invalid(name, 'has an empty label');
  if (label.length > maxLabelLength) throw invalid(name, `has a label of ${label.length} bytes`);
  if (!label.every((byte) => byte >= 0 && byte <= 255)) throw invalid(name, 'has a character that is not a byte');
}

function invalid(name: string, problem: string): PacketError {
  return new PacketError('invalid-field', `build dns: name ${JSON.stringify(name)} ${problem}`);
}
