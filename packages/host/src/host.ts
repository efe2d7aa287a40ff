import type { Cidr, InterfaceAddress, IpAddress, IpFamily, MacAddress } from '@antrea-ts/net-types';
import type { Driver } from '@antrea-ts/reconcile';
import type { PodInterfaces } from './pod.js';

/** A network interface of the Node's own network stack. */
export interface HostInterface {
  readonly name: string;
  readonly index: number;
  readonly mac?: MacAddress;
  readonly mtu: number;
  readonly up: boolean;
  readonly addresses: readonly InterfaceAddress[];
}

/** What the gateway interface shall be. It exists already, as an internal port of the bridge. */
export interface DesiredGateway {
  readonly name: string;
  readonly mtu: number;
  /** Exactly these stay on the interface; link-local addresses are left alone. */
  readonly addresses: readonly InterfaceAddress[];
}

/** How the Node reaches the Pods of a peer Node. Keyed by destination. */
export interface PeerRoute {
  readonly destination: Cidr;
  readonly interfaceName: string;
  /** Next hop. Absent: the destination is on the link. */
  readonly via?: IpAddress;
  /** The next hop is reachable over the interface although no subnet of it says so. */
  readonly onLink?: boolean;
  readonly source?: IpAddress;
  /** A permanent neighbour entry for the next hop. */
  readonly neighbour?: MacAddress;
}

/** NAT, filter and tracking rules of the Node, as what they are for. Each driver renders them in its own terms. */
export interface TrafficRules {
  readonly families: readonly IpFamily[];
  readonly gatewayName: string;
  /** This Node's Pod CIDRs: the sources that are masqueraded. */
  readonly localPodCidrs: readonly Cidr[];
  /** Pod CIDRs of every Node, this one included: destinations that are never masqueraded. */
  readonly clusterPodCidrs: readonly Cidr[];
  readonly masquerade: boolean;
  /** UDP port of the overlay whose outer packets need no connection tracking. */
  readonly untrackedUdpPort?: number;
  /** Egress addresses of this Node and the packet mark that selects each. */
  readonly egress: readonly { readonly mark: number; readonly address: IpAddress }[];
  /** Restore the connection mark of the primary interface, as EKS needs it. */
  readonly restoreEksMark: boolean;
}

export interface TrafficRulesDriver {
  /**
   * Makes the rules so, for each family on its own, and changes nothing that is so already.
   * Returns what had to be changed, one sentence each (empty: nothing was missing or altered).
   */
  ensure(desired: TrafficRules, options: { signal: AbortSignal }): Promise<readonly string[]>;
  /** Removes all of ours. */
  remove(options: { signal: AbortSignal }): Promise<void>;
}

export interface HostFacts {
  /** `uname -r` or the Windows build, as it stands. */
  readonly kernelVersion: string;
  readonly forwarding: { readonly ipv4: boolean; readonly ipv6: boolean };
}

export type HostChange = 'links' | 'addresses' | 'routes';

/**
 * What a machine offers to the agent. Every operation is idempotent: repeated it changes nothing, and the absence of
 * what shall be removed is success. Everything made carries our mark and is found again by it after a restart.
 */
export interface Host {
  readonly platform: 'linux' | 'windows' | 'memory';
  readonly pods: PodInterfaces;
  /** Keyed by `formatCidr(destination)`. Routes that are not ours are neither observed nor touched. */
  readonly peerRoutes: Driver<string, PeerRoute>;
  readonly trafficRules: TrafficRulesDriver;
  facts(options: { signal: AbortSignal }): Promise<HostFacts>;
  listInterfaces(options: { signal: AbortSignal }): Promise<readonly HostInterface[]>;
  /**
   * Link up, MTU and addresses; returns the interface as it is afterwards, and what had to be changed. Waits a little
   * for an interface that does not exist yet, then fails with `interface-missing`.
   */
  ensureGateway(
    desired: DesiredGateway,
    options: { signal: AbortSignal },
  ): Promise<{ readonly interface: HostInterface; readonly changes: readonly string[] }>;
  /**
   * Calls back after links, addresses or routes changed, merged over a short time, and also when changes may have been
   * missed. What a listener throws is contained. Returns the end of it.
   */
  subscribe(listener: (changes: ReadonlySet<HostChange>) => void): () => void;
  close(): Promise<void>;
}
