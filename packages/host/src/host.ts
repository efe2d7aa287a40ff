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

/** How the Node reaches the Pods of a peer Node. Keyed by destination, and by where it is when that is elsewhere. */
export interface PeerRoute {
  readonly destination: Cidr;
  /** Empty: it leads nowhere. Only of one that was found. */
  readonly interfaceName: string;
  /** Next hop. Absent: the destination is on the link. */
  readonly via?: IpAddress;
  /** The next hop is reachable over the interface although no subnet of it says so. */
  readonly onLink?: boolean;
  readonly source?: IpAddress;
  /** A permanent neighbour entry for the next hop. */
  readonly neighbour?: MacAddress;
  /** Only of one that was found, and which another version left: it is in another table, or has another metric. */
  readonly elsewhere?: { readonly table?: number; readonly metric?: number };
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
  /** Services that the bridge balances for the Node itself and for what comes from outside. Absent: somebody else does. */
  readonly services?: OutsideServices;
}

/** An address, protocol and port in text: `192.168.1.11,tcp:30080`. */
export type AddressPort = string;

/** What of Services the Node's own stack has to send into the bridge. Addresses are in canonical text. */
export interface OutsideServices {
  /** Node ports of this Node's addresses, by family, and the address behind the gateway that their connections go to. */
  readonly nodePorts: Readonly<Record<IpFamily, readonly AddressPort[]>>;
  readonly nodePortAddresses: Readonly<Record<IpFamily, string>>;
  /** The source of connections whose Endpoint is beyond the gateway: nobody else knows it. */
  readonly virtualAddresses: Readonly<Record<IpFamily, string>>;
  /** Where connections to these go into the bridge, their source becomes the gateway's: any Node may have the Endpoint. */
  readonly masqueraded: Readonly<Record<IpFamily, readonly AddressPort[]>>;
  /** The same for all addresses of these. */
  readonly clusterCidrs: readonly Cidr[];
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

/** The adapter that became a port of the bridge. */
export interface BridgedAdapter {
  readonly name: string;
  readonly mac: MacAddress;
  /** It was put on the bridge now; false: it was there before, and the host's network with it. */
  readonly created: boolean;
}

/**
 * The Node's adapter on the bridge, where the platform's switch works that way (Windows): the host's addresses, routes
 * and name servers move from the adapter to the bridge's own interface. What the host had is written down before
 * anything is changed, so that an agent which ends half-way, or an `undo`, finds it.
 */
export interface UplinkDriver {
  /**
   * Before anything needs the network: an agent that ended half-way may have left the host without one. Completes what
   * it began where the bridge is there, else takes it back.
   */
  settle(bridgeName: string, options: { signal: AbortSignal }): Promise<void>;
  /**
   * Makes the network whose switch Open vSwitch extends on the adapter with this address, or finds it. The host has no
   * network from here until `complete`; when it fails, the host is as it was.
   */
  prepare(
    spec: { readonly transportAddress: InterfaceAddress; readonly podCidr: Cidr },
    options: { signal: AbortSignal },
  ): Promise<BridgedAdapter>;
  /** Gives the bridge's interface what the host had; the bridge and its uplink port are there. Safe to repeat. */
  complete(bridgeName: string, options: { signal: AbortSignal }): Promise<void>;
  /** Takes the network away and gives the adapter back to the host; the bridge is gone already. Safe to repeat. */
  undo(options: { signal: AbortSignal }): Promise<void>;
}

export type HostChange = 'links' | 'addresses' | 'routes';

/**
 * What a machine offers to the agent. Every operation is idempotent: repeated it changes nothing, and the absence of
 * what shall be removed is success. Everything made carries our mark and is found again by it after a restart.
 */
export interface Host {
  readonly platform: 'linux' | 'windows' | 'memory';
  readonly pods: PodInterfaces;
  /** Keyed by `peerRouteKey`. Routes that are not ours are neither observed nor touched. */
  readonly peerRoutes: Driver<string, PeerRoute>;
  readonly trafficRules: TrafficRulesDriver;
  /** Present where the Node's adapter has to be on the bridge. */
  readonly uplink?: UplinkDriver;
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
   * Removes interfaces that Antrea makes for single features (encryption, Egress), but for those `wanted`: another version
   * or another configuration left them. Returns what was removed. Absent: the platform has none of them.
   */
  removeLeftovers?(wanted: readonly string[], options: { signal: AbortSignal }): Promise<readonly string[]>;
  /**
   * Calls back after links, addresses or routes changed, merged over a short time, and also when changes may have been
   * missed. What a listener throws is contained. Returns the end of it.
   */
  subscribe(listener: (changes: ReadonlySet<HostChange>) => void): () => void;
  close(): Promise<void>;
}
