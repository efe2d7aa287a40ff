import type { TableName } from '@antrea-ts/apis';
import type { FieldMatch } from '@antrea-ts/openflow';
import { formatIp, macToNumber, type IpAddress, type MacAddress } from '@antrea-ts/net-types';
import { arp, fromMac, inPort, priority, toMac, type FlowSpec } from '../flow-builder.js';
import { load, registerIs, registers } from '../registers.js';

/** Packets that were routed on their way here: their MAC addresses are the last hop's. */
export const routedPacket: FieldMatch = registerIs(registers.rewriteMac, 1);

/** Packets for a MAC address leave by its port. */
export function towards(mac: MacAddress, ofPort: number, goto: TableName): FlowSpec {
  return {
    table: 'L2Forwarding',
    priority: priority.normal,
    match: [toMac(mac)],
    actions: [load(registers.targetPort, ofPort), load(registers.outputPortFound, 1)],
    goto,
  };
}

/**
 * ARP from a port may speak only for the port's own address, and under its own MAC address on the outside as well:
 * what answers ARP learns from the frame, not from what is in it.
 */
export function ownArp(ofPort: number, address: IpAddress, mac: MacAddress): FlowSpec {
  if (address.family !== 'ipv4') throw new Error(`pipeline: ${formatIp(address)} has no ARP`);
  return {
    table: 'SpoofGuard',
    priority: priority.normal,
    match: [
      arp,
      inPort(ofPort),
      fromMac(mac),
      { field: 'arp_spa', value: address.value },
      { field: 'arp_sha', value: macToNumber(mac) },
    ],
    goto: 'ARPResponder',
  };
}
