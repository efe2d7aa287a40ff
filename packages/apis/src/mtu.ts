/** What the MTU of Pods depends on. All lengths in bytes. */
export interface MtuFacts {
  /** `defaultMTU`; 0: not set. */
  readonly configured: number;
  /** MTU of the interface between Nodes. */
  readonly interfaceMtu: number;
  /** The mode encapsulates at least some packets between Nodes: encap or hybrid. */
  readonly encap: boolean;
  readonly tunnelType: 'geneve' | 'vxlan' | 'gre' | 'stt';
  readonly encryption: 'none' | 'ipsec' | 'wireGuard';
  /** The Node has an IPv6 address, so that the outer header may be IPv6. */
  readonly nodeHasIpv6: boolean;
}

/** Bytes that an outer header takes; STT segments by itself. */
const tunnelOverhead = { geneve: 50, vxlan: 50, gre: 38, stt: 0 } as const;
const ipv6Overhead = 20;
const ipsecOverhead = 38;
const wireGuardOverhead = 80;

/**
 * MTU of Pods and of the gateway, so that what they send fits into the underlay (1.3: pkg/agent/agent.go). Other
 * than 1.3, with WireGuard the overhead of WireGuard counts, not that of the tunnel which is not used then.
 */
export function podMtu({ configured, interfaceMtu, encap, tunnelType, encryption, nodeHasIpv6 }: MtuFacts): number {
  if (configured !== 0) return configured;
  if (encryption === 'wireGuard') return interfaceMtu - wireGuardOverhead;
  const tunnel = encap ? tunnelOverhead[tunnelType] + (nodeHasIpv6 ? ipv6Overhead : 0) : 0;
  return interfaceMtu - tunnel - (encryption === 'ipsec' ? ipsecOverhead : 0);
}
