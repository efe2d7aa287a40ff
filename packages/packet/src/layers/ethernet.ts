import { macFromBytes, macToBytes, type MacAddress } from '@antrea-ts/net-types';
import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';

/** Ethernet II header. Below 0x600 the type is the length of an 802.3 frame. */
export interface Ethernet {
  readonly kind: 'ethernet';
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly etherType: number;
}

/** 802.1Q or 802.1ad tag; which of both, the type before it says. */
export interface Vlan {
  readonly kind: 'vlan';
  readonly priority: number;
  readonly dropEligible: boolean;
  readonly id: number;
  readonly etherType: number;
}

export function parseEthernet(reader: ByteReader): Ethernet {
  const destination = macFromBytes(reader.take(6));
  const source = macFromBytes(reader.take(6));
  return { kind: 'ethernet', destination, source, etherType: reader.u16() };
}

export function buildEthernet({ destination, source, etherType }: Ethernet): Uint8Array {
  return new ByteWriter('ethernet', 14).put(macToBytes(destination)).put(macToBytes(source)).u16(etherType).bytes();
}

export function parseVlan(reader: ByteReader): Vlan {
  const tag = reader.u16();
  return {
    kind: 'vlan',
    priority: tag >>> 13,
    dropEligible: (tag & 0x1000) !== 0,
    id: tag & 0xfff,
    etherType: reader.u16(),
  };
}

export function buildVlan({ priority, dropEligible, id, etherType }: Vlan): Uint8Array {
  const writer = new ByteWriter('vlan', 4);
  const tag = (writer.fits(priority, 3) << 13) | (dropEligible ? 0x1000 : 0) | writer.fits(id, 12);
  return writer.u16(tag).u16(etherType).bytes();
}
