import { parseIp } from '@antrea-ts/net-types';
import type { Packet } from '@antrea-ts/policy/verdict';
import fc from 'fast-check';
import { podPlaces } from './cluster-events.js';

/** A packet, and the Nodes that it comes through. */
export interface Probe {
  readonly packet: Packet;
  readonly way: readonly string[];
}

interface End {
  readonly addresses: readonly string[];
  readonly node?: string;
  readonly isNode?: boolean;
}
const outside: End = { addresses: ['203.0.113.9', '2001:db8::9'] };
const host: End = { addresses: ['192.168.77.1', 'fd77::1'] };
const gateways = [1, 2].map((node): End => ({
  addresses: [`10.10.${node}.1`, `fd10:${node}::1`],
  node: `n${node}`,
  isNode: true,
}));

/** Packets of which one end at least is a Pod. */
export const probe: fc.Arbitrary<Probe> = fc
  .record({
    from: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom<End[]>(...podPlaces) },
      fc.constantFrom(outside, ...gateways),
    ),
    to: fc.oneof({ weight: 6, arbitrary: fc.constantFrom<End[]>(...podPlaces) }, fc.constantFrom(outside, host)),
    family: fc.constantFrom(0, 1),
    protocol: fc.constantFrom('TCP', 'TCP', 'UDP', 'SCTP', 'ICMP' as const),
    port: fc.constantFrom(53, 80, 81, 8080),
  })
  .filter(({ from, to }) => isPod(from) || isPod(to))
  .map(({ from, to, family, protocol, port: number }) => ({
    packet: {
      source: parseIp(from.addresses[family]!),
      destination: parseIp(to.addresses[family]!),
      protocol,
      ...(protocol === 'ICMP' ? {} : { port: number }),
      ...(from.isNode && from.node ? { sourceNode: from.node } : {}),
    },
    way: [...new Set([isPod(from) ? from.node : undefined, to.node])].filter((node) => node !== undefined),
  }));

function isPod({ node, isNode = false }: End): boolean {
  return node !== undefined && !isNode;
}
