/**
 * What we call things on a Windows machine, and so how we find them again: names of 1.3 (pkg/agent/util/net_windows.go,
 * pkg/agent/route/route_windows.go). The scripts that run outside the agent get the same ones, in
 * `scripts-windows/constants.json`, which `packages/windows-scripts` makes.
 */
export const names = {
  hnsNetwork: 'antrea-hnsnetwork',
  /** Open vSwitch's extension of the Hyper-V switch. */
  ovsExtensionId: '583CC151-73EC-4A6A-8B47-578297AD7623',
  netNat: 'antrea-nat',
  firewallGroup: 'Antrea',
  firewallInbound: 'Antrea: accept packets from local Pods',
  firewallOutbound: 'Antrea: accept packets to local Pods',
  /** File in the agent's run directory: what the host had on its adapter. */
  uplinkSettings: 'uplink.json',
} as const;

/**
 * The metric of our routes. 1.3 has 256, which every route has that was made without one: there nobody can tell ours
 * from others. It decides nothing else, because no two routes of ours have the same destination.
 */
export const routeMetric = 265;

/** The adapter by which an HNS endpoint or network is seen in the host's own stack. */
export function hostAdapterName(name: string): string {
  return `vEthernet (${name})`;
}
