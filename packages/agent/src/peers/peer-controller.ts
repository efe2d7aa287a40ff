import type { Node } from '@antrea-ts/apis';
import type { PeerRoute } from '@antrea-ts/host';
import { formatCidr, type Cidr } from '@antrea-ts/net-types';
import type { Logger } from '@antrea-ts/runtime';
import type { NodeIntent } from '../dataplane/node-intent.js';
import { addressConflicts, nodesAmongPods, peerConflicts } from './peer-conflicts.js';
import { peerOf, planPeer, type Peer, type PeerContext, type PeerPlan } from './peer.js';

/** Owner of the flows towards a Node. */
function peerOwner(name: string): string {
  return `node/${name}`;
}

/** What the host needs to know of all peers together. */
export interface PeerState {
  /** Keyed by `formatCidr(destination)`. */
  readonly routes: ReadonlyMap<string, PeerRoute>;
  /** Pod CIDRs of every peer that there is a way to. */
  readonly podCidrs: readonly Cidr[];
}

interface Options {
  readonly ownName: string;
  readonly ownPodCidrs: readonly Cidr[];
  readonly context: PeerContext;
  readonly useTransportAnnotation: boolean;
}

/**
 * Follows the cluster's Nodes: flows towards each go to the intent, routes and Pod CIDRs to the host by `state`. What
 * comes out depends on the Nodes that are known now, not on how they came. Changes that come together are computed
 * together, and only the peers that they concern are stated anew.
 */
export class PeerController {
  readonly #options: Options;
  readonly #intent: Pick<NodeIntent, 'setPeer'>;
  readonly #logger: Logger;
  readonly #peers = new Map<string, Peer>();
  #listener: (() => void) | undefined;
  #state: PeerState = { routes: new Map(), podCidrs: [] };
  /** What was stated for each peer: the same object as long as nothing changes. */
  #stated = new Map<string, { readonly peer: Peer; readonly plan: PeerPlan }>();
  #problems: ReadonlyMap<string, string> = new Map();
  #shared: ReadonlyMap<string, readonly string[]> = new Map();
  #dirty = false;

  constructor(options: Options, modules: { readonly intent: Pick<NodeIntent, 'setPeer'>; readonly logger: Logger }) {
    this.#options = options;
    this.#intent = modules.intent;
    this.#logger = modules.logger;
  }

  get state(): PeerState {
    return this.#state;
  }

  /** Peers that there is no way to, with the reason. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  /** Calls back when the host's part of it changed. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** A Node was added or changed. */
  upsert(node: Node): void {
    const { name } = node.metadata;
    if (name === this.#options.ownName) return;
    const peer = peerOf(node, { useTransportAnnotation: this.#options.useTransportAnnotation });
    if (samePeer(peer, this.#peers.get(name))) return;
    if (peer) this.#peers.set(name, peer);
    else this.#peers.delete(name);
    this.#changed();
  }

  /** A Node is gone. */
  remove(name: string): void {
    if (this.#peers.delete(name)) this.#changed();
  }

  /** Computes now what waits to be computed. */
  flush(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#compute();
  }

  #changed(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    queueMicrotask(() => this.flush());
  }

  #compute(): void {
    const peers = [...this.#peers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const { ownPodCidrs, context } = this.#options;
    const ownAddresses = context.transportAddresses.map(({ address }) => address);
    const addresses = addressConflicts(peers, ownAddresses);
    const among = nodesAmongPods(peers, { podCidrs: ownPodCidrs, addresses: ownAddresses });
    const problems = new Map([...peerConflicts(peers, ownPodCidrs), ...among, ...addresses.own]);
    const routes = new Map<string, PeerRoute>();
    const stated = new Map<string, { peer: Peer; plan: PeerPlan }>();
    for (const peer of peers) {
      if (problems.has(peer.name)) continue;
      const before = this.#stated.get(peer.name);
      const plan = before?.peer === peer ? before.plan : planPeer(peer, context);
      if (!plan) {
        problems.set(peer.name, 'it has no address of a family that this Node has');
        continue;
      }
      stated.set(peer.name, { peer, plan });
      if (plan !== before?.plan) this.#intent.setPeer(peerOwner(peer.name), plan.flows);
      for (const route of plan.routes) routes.set(formatCidr(route.destination), route);
    }
    for (const name of this.#stated.keys()) {
      if (!stated.has(name)) this.#intent.setPeer(peerOwner(name), undefined);
    }
    this.#stated = stated;
    this.#report(problems);
    this.#reportShared(addresses.shared);
    this.#state = { routes, podCidrs: [...stated.values()].flatMap(({ peer }) => peer.podCidrs) };
    this.#listener?.();
  }

  /** Both ways stay: one is likely of a Node that is gone, and it does no harm. */
  #reportShared(shared: ReadonlyMap<string, readonly string[]>): void {
    for (const [address, nodes] of shared) {
      if (this.#shared.get(address)?.join() === nodes.join()) continue;
      this.#logger.warn('Nodes have the same address; delete the Node objects of machines that are gone', {
        address,
        nodes,
      });
    }
    this.#shared = shared;
  }

  /** Tells of each problem once. */
  #report(problems: ReadonlyMap<string, string>): void {
    for (const [node, reason] of problems) {
      if (this.#problems.get(node) !== reason) this.#logger.warn('No way to Node', { node, reason });
    }
    for (const node of this.#problems.keys()) {
      if (!problems.has(node)) this.#logger.info('There is a way to the Node again, or it is gone', { node });
    }
    this.#problems = problems;
  }
}

function samePeer(a: Peer | undefined, b: Peer | undefined): boolean {
  return peerText(a) === peerText(b);
}

function peerText(peer: Peer | undefined): string {
  return peer === undefined
    ? ''
    : JSON.stringify([peer.podCidrs, peer.transportAddresses, peer.mac], (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
}
