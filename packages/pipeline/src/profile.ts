import type { Cidr, IpAddress, IpFamily, MacAddress } from '@antrea-ts/net-types';

/** How Pod traffic crosses between Nodes (`trafficEncapMode`). */
export type TrafficMode = 'encap' | 'noEncap' | 'hybrid' | 'networkPolicyOnly';

/** The gateway port `antrea-gw0` and what it carries. */
export interface GatewayPort {
  readonly ofPort: number;
  readonly mac: MacAddress;
  /** One address per family, the first of the Node's Pod CIDR. */
  readonly addresses: readonly IpAddress[];
}

/** The physical adapter as a port of the bridge. */
export interface UplinkPort {
  readonly ofPort: number;
  /** This Node's Pod CIDRs: what comes in from the wire for them is for Pods, all else for the host. */
  readonly podCidrs: readonly Cidr[];
}

/**
 * Everything about a Node that shapes its flows, as data. Platforms differ here and nowhere else: the flows of a
 * Windows Node can be computed, and tested, on any machine.
 */
export interface NodeProfile {
  readonly mode: TrafficMode;
  /** Enabled IP families, IPv4 first. */
  readonly families: readonly IpFamily[];
  readonly gateway: GatewayPort;
  /** Port of the flow-based tunnel; present where the mode may encapsulate. */
  readonly tunnelOfPort?: number;
  /** Present where the physical adapter is on the bridge, and the host behind LOCAL: on Windows. */
  readonly uplink?: UplinkPort;
  /** Pod-to-Service traffic is balanced in the pipeline (AntreaProxy). */
  readonly proxy: boolean;
  /** The Node's own connections to Services, and those from outside, are balanced in the pipeline too. */
  readonly proxyAll?: boolean;
  /** Tables of Antrea-native policies exist (AntreaPolicy). */
  readonly antreaPolicy: boolean;
  /** Pod traffic that leaves the cluster gets marks for SNAT (Egress), which needs a table of its own. */
  readonly egress: boolean;
  /** Service CIDRs, needed only without `proxy`: their traffic goes to the host's kube-proxy. */
  readonly serviceCidrs: readonly Cidr[];
  /**
   * How packets that the Node itself sends are recognised: by the mark which iptables sets, or, where marks do not
   * cross into the datapath (userspace datapath, Windows), by the gateway's address as source.
   */
  readonly hostSource: 'packetMark' | 'gatewayAddress';
  /**
   * What a new rule means for connections that are established: `keep` (as 1.3, and when absent) lets them live, `cut`
   * judges their packets too.
   */
  readonly establishedConnections?: 'keep' | 'cut';
  /** Round in the cookies of this Node's flows: kept in the Bridge row, so that flows outlive the agent. */
  readonly cookieRound: number;
}

/** Whether packets may leave through the tunnel port in this mode. */
export function supportsEncap(mode: TrafficMode): boolean {
  return mode === 'encap' || mode === 'hybrid';
}

/** Whether rules judge packets of established connections. */
export function cutsEstablished({ establishedConnections = 'keep' }: NodeProfile): boolean {
  return establishedConnections === 'cut';
}
