import { hostCidr, parseCidr, type InterfaceAddress, type IpAddress, type MacAddress } from '@antrea-ts/net-types';
import type { HostChange, HostInterface, PeerRoute, TrafficRules } from '../host.js';
import type { ForeignPodInterface, PodInterfaceState } from '../pod.js';

export interface MemoryPodInterface {
  readonly netns: string;
  readonly containerId: string;
  readonly checksumOffload: boolean;
  readonly state: PodInterfaceState;
  readonly hostEnd: { readonly up: boolean; readonly mtu: number };
}

/** A Pod's interface that another program made. */
export interface MemoryForeignPod {
  readonly netns: string;
  readonly interface: ForeignPodInterface;
  /** The container for which it was adopted. */
  readonly adoptedFor?: string;
}

/**
 * The machine that memory hosts run on: plain maps, to look into and to alter behind a host's back. It outlives a
 * host, as a real machine outlives a process.
 */
export interface MemoryMachine {
  readonly namespaces: Set<string>;
  readonly podInterfaces: Map<string, MemoryPodInterface>;
  /** By host-side name. */
  readonly foreignPods: Map<string, MemoryForeignPod>;
  readonly interfaces: Map<string, HostInterface>;
  readonly peerRoutes: Map<string, PeerRoute>;
  /** Routes that someone else made, by destination. */
  readonly foreignRoutes: Set<string>;
  /** Announcements made, as host-side interface names. */
  readonly announced: string[];
  trafficRules: TrafficRules | undefined;
  kernelVersion: string;
  forwarding: { ipv4: boolean; ipv6: boolean };
  readonly listeners: Set<(change: HostChange) => void>;
  /** Tells every subscriber, as the kernel does after a change. */
  changed(change: HostChange): void;
  nextMac(): MacAddress;
  nextIndex(): number;
}

export function createMemoryMachine(): MemoryMachine {
  let macs = 0;
  let indexes = 1;
  const listeners = new Set<(change: HostChange) => void>();
  return {
    namespaces: new Set(),
    podInterfaces: new Map(),
    foreignPods: new Map(),
    interfaces: new Map(),
    peerRoutes: new Map(),
    foreignRoutes: new Set(),
    announced: [],
    trafficRules: undefined,
    kernelVersion: '6.1.0-memory',
    forwarding: { ipv4: true, ipv6: true },
    listeners,
    changed(change) {
      for (const listener of listeners) listener(change);
    },
    nextMac() {
      macs += 1;
      const hex = macs.toString(16).padStart(10, '0');
      return `0a:${(hex.match(/../g) ?? []).join(':')}` as MacAddress;
    },
    nextIndex: () => (indexes += 1),
  };
}

/** Adds an interface of the Node itself, such as a gateway port that a bridge would have made. */
export function addMemoryInterface(machine: MemoryMachine, name: string, mtu = 1500): HostInterface {
  const made: HostInterface = {
    name,
    index: machine.nextIndex(),
    mac: machine.nextMac(),
    mtu,
    up: false,
    addresses: [],
  };
  machine.interfaces.set(name, made);
  machine.changed('links');
  return made;
}

/**
 * Connects a namespace as the `ptp` plugin does: addresses of a Pod on `eth0`, the gateway's on the Node's end, and a
 * route of the Node to each of the Pod's addresses.
 */
export function addMemoryForeignPod(
  machine: MemoryMachine,
  pod: {
    readonly netns: string;
    readonly hostName: string;
    readonly addresses: readonly InterfaceAddress[];
    readonly gateways: readonly IpAddress[];
  },
): void {
  const { netns, hostName, addresses, gateways } = pod;
  machine.namespaces.add(netns);
  machine.foreignPods.set(hostName, {
    netns,
    interface: {
      name: 'eth0',
      mac: machine.nextMac(),
      mtu: 1500,
      up: true,
      addresses,
      routes: gateways.map((gateway) => ({
        destination: parseCidr(gateway.family === 'ipv4' ? '0.0.0.0/0' : '::/0'),
        gateway,
      })),
      hostName,
      hostMac: machine.nextMac(),
      hostAddresses: gateways.map(hostCidr),
      hostRoutes: addresses.map(({ address }) => hostCidr(address)),
    },
  });
  machine.changed('links');
}
