import { ports, type Action, type FieldMatch, type Flow } from '@antrea-ts/openflow';
import { macToNumber, parseCidr, parseMac, type Ipv4Address } from '@antrea-ts/net-types';
import { arp, cidrMatch, neighbourDiscovery, ofFamily, priority, renderFlows, type FlowSpec } from '../flow-builder.js';
import type { NodeProfile } from '../profile.js';
import { load, registers } from '../registers.js';

/**
 * The MAC address that stands for "somewhere beyond this Node": answers to ARP for peer gateways, the destination
 * of tunnelled packets, permanent IPv6 neighbours.
 */
export const virtualMac = parseMac('aa:bb:cc:dd:ee:ff');

const multicast = parseCidr('ff00::/8');
const arpRequest = 1;
const arpReply = 2;

/** What a learning switch does: by the MAC addresses that it has seen, else everywhere. */
export const normal: readonly Action[] = [{ kind: 'output', port: ports.normal }];

/** ARP and IPv6 neighbour discovery between local ports is the business of a learning switch (NORMAL). */
export function neighbourFlows(profile: NodeProfile): Flow[] {
  return renderFlows(profile.cookieRound, 'Default', [
    { table: 'ARPResponder', priority: priority.low, match: [arp], actions: normal },
    ...(['solicitation', 'advertisement'] as const).map((type): FlowSpec => ({
      table: 'IPv6',
      priority: priority.normal,
      match: neighbourDiscovery(type),
      actions: normal,
    })),
    {
      table: 'IPv6',
      priority: priority.normal,
      match: [ofFamily('ipv6'), cidrMatch('ipv6_dst', multicast)],
      actions: normal,
    },
  ]);
}

/** Answers requests for one address, a peer's gateway, with the virtual MAC. */
export function arpResponder(target: Ipv4Address): FlowSpec {
  return {
    table: 'ARPResponder',
    priority: priority.normal,
    match: [...arpRequests, { field: 'arp_tpa', value: target.value }],
    actions: [
      ...answerFromVirtualMac,
      { kind: 'move', src: whole('arp_spa', 32), dst: whole('arp_tpa', 32) },
      { kind: 'set_field', field: 'arp_spa', value: target.value },
      backToSender,
    ],
  };
}

/** networkPolicyOnly: answers requests for any address; every Pod sends everything to the host. */
export function anyArpResponderFlows(profile: NodeProfile): Flow[] {
  if (profile.mode !== 'networkPolicyOnly') return [];
  return renderFlows(profile.cookieRound, 'Default', [
    {
      table: 'ARPResponder',
      priority: priority.normal,
      match: arpRequests,
      actions: [
        ...answerFromVirtualMac,
        { kind: 'move', src: whole('arp_tpa', 32), dst: registers.swap },
        { kind: 'move', src: whole('arp_spa', 32), dst: whole('arp_tpa', 32) },
        { kind: 'move', src: registers.swap, dst: whole('arp_spa', 32) },
        backToSender,
      ],
    },
  ]);
}

const arpRequests: readonly FieldMatch[] = [arp, { field: 'arp_op', value: arpRequest }];

const backToSender: Action = { kind: 'output', port: ports.inPort };

const answerFromVirtualMac: readonly Action[] = [
  { kind: 'move', src: whole('dl_src', 48), dst: whole('dl_dst', 48) },
  { kind: 'set_field', field: 'dl_src', value: macToNumber(virtualMac) },
  load(whole('arp_op', 16), arpReply),
  { kind: 'move', src: whole('arp_sha', 48), dst: whole('arp_tha', 48) },
  { kind: 'set_field', field: 'arp_sha', value: macToNumber(virtualMac) },
];

function whole(field: string, bits: number): { field: string; offset: number; bits: number } {
  return { field, offset: 0, bits };
}
