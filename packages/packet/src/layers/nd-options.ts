import {
  ipFromBytes,
  ipToBytes,
  macFromBytes,
  macToBytes,
  type Ipv6Address,
  type MacAddress,
} from '@antrea-ts/net-types';
import { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { PacketError } from '../errors.js';

/** An option of neighbour discovery (RFC 4861). One that is not known passes through. */
export type NdOption =
  | { readonly kind: 'source_link_layer'; readonly mac: MacAddress }
  | { readonly kind: 'target_link_layer'; readonly mac: MacAddress }
  | {
      readonly kind: 'prefix';
      readonly prefix: Ipv6Address;
      readonly prefixLength: number;
      readonly onLink: boolean;
      readonly autonomous: boolean;
      /** In seconds; 0xffffffff: for ever. */
      readonly validLifetime: number;
      readonly preferredLifetime: number;
    }
  | { readonly kind: 'mtu'; readonly mtu: number }
  /** `data` is what follows type and length: 6 bytes, 14, 22 and so on; padded with zeros when built. */
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array };

const numbers = { sourceLinkLayer: 1, targetLinkLayer: 2, prefix: 3, mtu: 5 } as const;

export function parseNdOptions(reader: ByteReader): NdOption[] {
  const options: NdOption[] = [];
  while (reader.remaining > 0) {
    const type = reader.u8();
    const length = reader.u8() * 8;
    if (length === 0) throw new PacketError('malformed', 'neighbour discovery: option of length 0');
    options.push(parseOption(type, reader.take(length - 2)));
  }
  return options;
}

function parseOption(type: number, data: Uint8Array): NdOption {
  if (type === numbers.sourceLinkLayer && data.length === 6)
    return { kind: 'source_link_layer', mac: macFromBytes(data) };
  if (type === numbers.targetLinkLayer && data.length === 6)
    return { kind: 'target_link_layer', mac: macFromBytes(data) };
  if (type === numbers.mtu && data.length === 6) {
    const reader = new ByteReader(data);
    reader.u16();
    return { kind: 'mtu', mtu: reader.u32() };
  }
  if (type === numbers.prefix && data.length === 30) return parsePrefix(new ByteReader(data));
  return { kind: 'unknown', type, data };
}

function parsePrefix(reader: ByteReader): NdOption {
  const prefixLength = reader.u8();
  const flags = reader.u8();
  const validLifetime = reader.u32();
  const preferredLifetime = reader.u32();
  reader.u32();
  return {
    kind: 'prefix',
    prefix: ipFromBytes(reader.take(16)) as Ipv6Address,
    prefixLength,
    onLink: (flags & 0x80) !== 0,
    autonomous: (flags & 0x40) !== 0,
    validLifetime,
    preferredLifetime,
  };
}

export function buildNdOptions(writer: ByteWriter, options: readonly NdOption[]): void {
  for (const option of options) {
    const { type, data } = optionBytes(option);
    const units = Math.max(1, Math.ceil((data.length + 2) / 8));
    writer
      .u8(type)
      .u8(units)
      .put(data)
      .zeros(units * 8 - 2 - data.length);
  }
}

function optionBytes(option: NdOption): { readonly type: number; readonly data: Uint8Array } {
  switch (option.kind) {
    case 'source_link_layer':
      return { type: numbers.sourceLinkLayer, data: macToBytes(option.mac) };
    case 'target_link_layer':
      return { type: numbers.targetLinkLayer, data: macToBytes(option.mac) };
    case 'mtu':
      return { type: numbers.mtu, data: new ByteWriter('mtu option', 6).u16(0).u32(option.mtu).bytes() };
    case 'prefix': {
      const writer = new ByteWriter('prefix option', 30).u8(option.prefixLength);
      writer.u8((option.onLink ? 0x80 : 0) | (option.autonomous ? 0x40 : 0));
      writer.u32(option.validLifetime).u32(option.preferredLifetime).u32(0).put(ipToBytes(option.prefix));
      return { type: numbers.prefix, data: writer.bytes() };
    }
    case 'unknown':
      return option;
  }
}
