import type { MacAddress } from '@antrea-ts/net-types';
import type { HostChange, HostInterface, PeerRoute, TrafficRules } from '../host.js';
import type { PodInterfaceState } from '../pod.js';

export interface MemoryPodInterface {
  readonly netns: string;
  readonly containerId: string;
  readonly checksumOffload: boolean;
  readonly state: PodInterfaceState;
}

/**
 * The machine that memory hosts run on: plain maps, to look into and to alter behind a host's back. It outlives a
 * host, as a real machine outlives a process.
 */
export interface MemoryMachine {
  readonly namespaces: Set<string>;
  readonly podInterfaces: Map<string, MemoryPodInterface>;
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
