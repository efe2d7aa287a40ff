import {
  ipFromBytes,
  ipToBytes,
  macFromBytes,
  macToBytes,
  type Ipv4Address,
  type MacAddress,
} from '@antrea-ts/net-types';
import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { PacketError } from '../errors.js';
import { etherTypes } from '../numbers.js';

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface Arp {
  readonly kind: 'arp';
  /** 1: request, 2: reply. */
  readonly operation: number;
  readonly senderMac: MacAddress;
  readonly senderIp: Ipv4Address;
  readonly targetMac: MacAddress;
  readonly targetIp: Ipv4Address;
}

export const arpOperations = { request: 1, reply: 2 } as const;

const ethernetHardware = 1;

export function parseArp(reader: ByteReader): Arp {
  const kinds = [reader.u16(), reader.u16(), reader.u8(), reader.u8()];
  if (kinds.join() !== `${ethernetHardware},${etherTypes.ipv4},6,4`) {
    throw new PacketError('malformed', `arp: not for IPv4 over Ethernet (${kinds.join()})`);
  }
  return {
    kind: 'arp',
    operation: reader.u16(),
    senderMac: macFromBytes(reader.take(6)),
    senderIp: ipFromBytes(reader.take(4)) as Ipv4Address,
    targetMac: macFromBytes(reader.take(6)),
    targetIp: ipFromBytes(reader.take(4)) as Ipv4Address,
  };
}

export function buildArp({ operation, senderMac, senderIp, targetMac, targetIp }: Arp): Uint8Array {
  const writer = new ByteWriter('arp', 28).u16(ethernetHardware).u16(etherTypes.ipv4).u8(6).u8(4).u16(operation);
  writer.put(macToBytes(senderMac)).put(ipToBytes(senderIp)).put(macToBytes(targetMac)).put(ipToBytes(targetIp));
  return writer.bytes();
}
