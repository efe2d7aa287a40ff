import type { PodInterfaceState, PodRoute } from '@antrea-ts/host';
import type { Cidr, IpAddress } from '@antrea-ts/net-types';
import type { CniDns } from './network-config.js';
import type { PodAddress } from './result.js';

/** The container of a call, and the Pod it belongs to. */
export interface CniContainer {
  readonly containerId: string;
  readonly netns: string;
  readonly ifName: string;
  readonly podName: string;
  readonly podNamespace: string;
}

export interface AttachRequest {
  readonly container: CniContainer;
  readonly addresses: readonly PodAddress[];
  readonly routes: readonly PodRoute[];
  /** Absent: the Node's. */
  readonly mtu?: number;
  readonly dns?: CniDns;
}

/** An interface that the plugin before ours made for a container. */
export interface AdoptRequest {
  readonly container: CniContainer;
  readonly addresses: readonly IpAddress[];
}

/** Connections of Pods whose interfaces and addresses come from the plugin before ours in the chain. */
export interface ChainedPods {
  /** Connects a Pod by the interface that it has. When it resolves, the Pod's packets flow as they should. */
  adopt(request: AdoptRequest, options: { signal: AbortSignal }): Promise<void>;
  /** What is wrong with a Pod's connection, compared with what `adopt` made; empty: nothing. */
  check(request: AdoptRequest, options: { signal: AbortSignal }): Promise<readonly string[]>;
}

/** Calls of a runtime that asks for a Pod's network again and again, and for each of its containers, as Docker does on Windows. */
export interface RepeatedAdds {
  /** The container that the network of a call was made for: that of the call itself, unless it shares another one's. */
  infraOf(container: Pick<CniContainer, 'containerId' | 'netns'>): string;
  /**
   * What an earlier ADD made of the Pod's network; undefined: it has none, and shall have its own. A container that
   * shares it gets it; rejects when there is nothing to share.
   */
  existing(container: CniContainer, options: { signal: AbortSignal }): Promise<PodInterfaceState | undefined>;
}

/** What the agent offers to CNI calls: the Node's Pod network. */
export interface PodNetwork {
  /** Present where another plugin connects Pods and hands out addresses (networkPolicyOnly). */
  readonly chained?: ChainedPods;
  /** Present where an ADD may come more than once. */
  readonly repeated?: RepeatedAdds;
  /** The Node's Pod CIDRs, IPv4 first. */
  podCidrs(): readonly Cidr[];
  /** Resolves when Pods may be attached; rejects when `signal` aborts before. */
  ready(options: { signal: AbortSignal }): Promise<void>;
  /** Why an ADD would not succeed now; undefined: it would. */
  problem(): string | undefined;
  /** The containers that are connected. */
  attached(): readonly CniContainer[];
  /**
   * Does what of a connection needs no addresses yet, while they are being asked for. Only saves time: `attach` does
   * all of it that is not done.
   */
  prepare(request: Pick<AttachRequest, 'container' | 'mtu'>, options: { signal: AbortSignal }): Promise<void>;
  /** Connects a Pod: interface, port, flows. When it resolves, the Pod's packets flow as they should. */
  attach(request: AttachRequest, options: { signal: AbortSignal }): Promise<PodInterfaceState>;
  /** Disconnects a container, whatever of it is there. An interface that another plugin made stays. */
  detach(container: CniContainer, options: { signal: AbortSignal }): Promise<void>;
  /** What is wrong with a Pod's connection, compared with what an ADD made; empty: nothing. */
  check(request: AttachRequest, options: { signal: AbortSignal }): Promise<readonly string[]>;
}
