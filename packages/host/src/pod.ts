import type { IpAddress, InterfaceAddress, Cidr, MacAddress } from '@antrea-ts/net-types';

/** What a Pod's network interface shall be. */
export interface PodInterfaceSpec {
  readonly containerId: string;
  /**
   * Where the Pod's network namespace is: a path on Linux; on Windows the id of a namespace, or what Docker says
   * ({@link tryParseDockerNetns}).
   */
  readonly netns: string;
  /** Name inside the Pod (`CNI_IFNAME`). */
  readonly name: string;
  /** Name of the end that stays with the Node and becomes the OVS port, at most 15 characters. */
  readonly hostName: string;
  readonly mtu: number;
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly PodRoute[];
  /** False where the datapath cannot finish checksums that a sender left to the hardware (OVS `netdev`). */
  readonly checksumOffload: boolean;
  /** Where names are asked for; used where that is a setting of the interface. */
  readonly dns?: PodDns;
  /** What the interface shall tell of itself later ({@link PodInterfaces.recorded}); kept where that is possible. */
  readonly record?: Readonly<Record<string, string>>;
}

export interface PodDns {
  /** Addresses of servers. */
  readonly servers: readonly string[];
  /** Domains that names without a dot are looked for in. */
  readonly search: readonly string[];
}

/** A route inside the Pod; without `gateway` the destination is on the link. */
export interface PodRoute {
  readonly destination: Cidr;
  readonly gateway?: IpAddress;
}

/**
 * What a Pod's network interface is. `routes` leaves out those that the system makes by itself: the subnets of the
 * addresses and link-local ones. `addresses` has link-local ones too.
 */
export interface PodInterfaceState {
  readonly name: string;
  readonly mac: MacAddress;
  readonly mtu: number;
  readonly up: boolean;
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly PodRoute[];
  readonly hostName: string;
  readonly hostMac: MacAddress;
}

/** A Pod's interface that another program made, as a plugin does that runs before ours in a chain. */
export interface ForeignPodInterface extends PodInterfaceState {
  /** What the Node's end carries for the Pod, link-local addresses aside: the Pod's gateway, for one. */
  readonly hostAddresses: readonly InterfaceAddress[];
  /** What the Node reaches over its end. */
  readonly hostRoutes: readonly Cidr[];
}

/** Where an interface is that another program made. */
export interface ForeignPodRef {
  readonly netns: string;
  readonly name: string;
}

/** An interface of another program that shall become a port of ours. */
export interface AdoptionSpec extends ForeignPodRef {
  readonly containerId: string;
  /** As for {@link PodInterfaceSpec}. */
  readonly checksumOffload: boolean;
}

export interface PodInterfaceRef {
  readonly netns?: string;
  readonly name: string;
  readonly hostName: string;
}

/** What the Node's end of a Pod's interface shall be, beyond being up. */
export interface DesiredHostEnd {
  readonly hostName: string;
  /** Absent: whatever it is. */
  readonly mtu?: number;
}

/** What had to be changed at the Node's end of a Pod's interface, as it was before: `mtu was 900, not 1450`. */
export interface HostEndRepair {
  readonly hostName: string;
  readonly changes: readonly string[];
}

/** An interface that we made, with what it was told to keep. */
export interface RecordedPodInterface {
  readonly hostName: string;
  readonly mac: MacAddress;
  readonly mtu: number;
  readonly record: Readonly<Record<string, string>>;
}

/** Pod network interfaces of this Node. Errors are {@link HostError}s of the package. */
export interface PodInterfaces {
  /**
   * Makes the interface, or completes what an interrupted call left. An interface of ours under the same host name
   * that belongs to another namespace is replaced. Nothing half-made stays after an error. Codes: `invalid-argument`,
   * `netns-missing`, `netns-invalid`, `name-taken` (an interface of someone else has one of the names).
   *
   * For a container that shares the network of another one nothing is made: it gets the interface that is there under
   * the host name, and the answer is what that is; `interface-missing` without one.
   */
  attach(spec: PodInterfaceSpec, options: { signal: AbortSignal }): Promise<PodInterfaceState>;
  /**
   * Looks at an interface that another program made, and changes nothing. Codes: `netns-missing`, `netns-invalid`,
   * `interface-missing`, `unsupported` (it has no end on the Node), `foreign-state` (that end is a port of a bridge).
   */
  survey(ref: ForeignPodRef, options: { signal: AbortSignal }): Promise<ForeignPodInterface>;
  /**
   * Takes over an interface that another program made: the Node's end loses its addresses and routes, which would lead
   * around the bridge, and is marked. The Pod's end stays as it is. Repeated it changes nothing. Codes as `survey`.
   */
  adopt(spec: AdoptionSpec, options: { signal: AbortSignal }): Promise<PodInterfaceState>;
  /**
   * Removes the interface; what is absent already (interface, namespace) is fine. One that was adopted stays:
   * who made it removes it.
   */
  detach(ref: PodInterfaceRef, options: { signal: AbortSignal }): Promise<void>;
  /** What is there now; `undefined` when the namespace is not given, or it or the interface is gone. */
  inspect(ref: PodInterfaceRef, options: { signal: AbortSignal }): Promise<PodInterfaceState | undefined>;
  /**
   * Makes the Node's ends so: up, and with their MTU. What is gone or not ours is left out. Returns what had to be
   * changed. Absent where the Node's end is no device that somebody could change.
   */
  ensureHostEnds?(ends: readonly DesiredHostEnd[], options: { signal: AbortSignal }): Promise<readonly HostEndRepair[]>;
  /**
   * Does what has to wait for the Node's end to be there. Present where the runtime makes that after `attach`;
   * `interface-missing` as long as it has not.
   */
  finishHostEnd?(end: Required<DesiredHostEnd>, options: { signal: AbortSignal }): Promise<void>;
  /** The interfaces that we made, with their records. Absent where an interface cannot keep any. */
  recorded?(options: { signal: AbortSignal }): Promise<readonly RecordedPodInterface[]>;
  /** Host-side names of the Pod interfaces that we made: what garbage collection compares with known Pods. */
  list(options: { signal: AbortSignal }): Promise<readonly string[]>;
  /** Tells neighbours where the Pod's addresses are: gratuitous ARP, and unsolicited neighbour advertisements. Needs `netns`; `interface-missing` when there is no such interface. */
  announce(ref: PodInterfaceRef, options: { signal: AbortSignal }): Promise<void>;
}
