import { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';

/** An option of TCP (RFC 9293, 7323, 2018). One that is not known passes through; padding is not listed. */
export type TcpOption =
  | { readonly kind: 'nop' }
  | { readonly kind: 'maximum_segment_size'; readonly value: number }
  | { readonly kind: 'window_scale'; readonly shift: number }
  | { readonly kind: 'sack_permitted' }
  | { readonly kind: 'sack'; readonly blocks: readonly { readonly left: number; readonly right: number }[] }
  | { readonly kind: 'timestamps'; readonly value: number; readonly echo: number }
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array }
  /** From here on the options make no sense. */
  | { readonly kind: 'unreadable'; readonly data: Uint8Array };

const numbers = { end: 0, nop: 1, mss: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8 } as const;

/** Reads options as far as they make sense: the header before them is worth having in any case. */
export function parseTcpOptions(bytes: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) {
    const start = reader.offset;
    const type = reader.u8();
    if (type === numbers.end) break;
    if (type === numbers.nop) {
      options.push({ kind: 'nop' });
      continue;
    }
    const length = reader.remaining > 0 ? reader.u8() : 0;
    if (length < 2 || length - 2 > reader.remaining) {
      options.push({ kind: 'unreadable', data: bytes.subarray(start) });
      break;
    }
    options.push(parseOption(type, reader.take(length - 2)));
  }
  return options;
}

function parseOption(type: number, data: Uint8Array): TcpOption {
  const reader = new ByteReader(data);
  if (type === numbers.mss && data.length === 2) return { kind: 'maximum_segment_size', value: reader.u16() };
  if (type === numbers.windowScale && data.length === 1) return { kind: 'window_scale', shift: reader.u8() };
  if (type === numbers.sackPermitted && data.length === 0) return { kind: 'sack_permitted' };
  if (type === numbers.timestamps && data.length === 8) {
    return { kind: 'timestamps', value: reader.u32(), echo: reader.u32() };
  }
  if (type === numbers.sack && data.length > 0 && data.length % 8 === 0) {
    const blocks = Array.from({ length: data.length / 8 }, () => ({ left: reader.u32(), right: reader.u32() }));
    return { kind: 'sack', blocks };
  }
  return { kind: 'unknown', type, data };
}

/** Options as bytes, padded to a multiple of 4. */
export function buildTcpOptions(options: readonly TcpOption[]): Uint8Array {
  const writer = new ByteWriter('tcp options', 40);
  for (const option of options) buildOption(writer, option);
  return writer.pad(4).bytes();
}

function buildOption(writer: ByteWriter, option: TcpOption): void {
  switch (option.kind) {
    case 'nop':
      writer.u8(numbers.nop);
      return;
    case 'maximum_segment_size':
      writer.u8(numbers.mss).u8(4).u16(option.value);
      return;
    case 'window_scale':
      writer.u8(numbers.windowScale).u8(3).u8(option.shift);
      return;
    case 'sack_permitted':
      writer.u8(numbers.sackPermitted).u8(2);
      return;
    case 'sack':
      writer.u8(numbers.sack).u8(2 + option.blocks.length * 8);
      for (const { left, right } of option.blocks) writer.u32(left).u32(right);
      return;
    case 'timestamps':
      writer.u8(numbers.timestamps).u8(10).u32(option.value).u32(option.echo);
      return;
    case 'unknown':
      writer
        .u8(option.type)
        .u8(2 + option.data.length)
        .put(option.data);
      return;
    case 'unreadable':
      writer.put(option.data);
  }
}
