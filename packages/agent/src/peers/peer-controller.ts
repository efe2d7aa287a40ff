import type { Node } from '@antrea-ts/apis';
import { formatCidr, type Cidr } from '@antrea-ts/net-types';
import type { PeerRoute } from '@antrea-ts/host';
import type { Logger } from '@antrea-ts/runtime';
import type { NodeIntent } from '../dataplane/node-intent.js';
import { conflictingPeers, peerOf, planPeer, type Peer, type PeerContext } from './peer.js';

/** Owner of the flows towards a Node. */
function peerOwner(name: string): string {
  return `node/${name}`;
}

/** What the host needs to know of all peers together. */
export interface PeerState {
  /** Keyed by `formatCidr(destination)`. */
  readonly routes: ReadonlyMap<string, PeerRoute>;
  /** Pod CIDRs of every peer. */
  readonly podCidrs: readonly Cidr[];
}

/**
 * Follows the cluster's Nodes: flows towards each go to the dataplane at once, routes and Pod CIDRs to the host by
 * `state`. What comes out depends on the Nodes that are known now, not on how they came.
 */
export class PeerController {
  readonly #ownName: string;
  readonly #context: PeerContext;
  readonly #useTransportAnnotation: boolean;
  readonly #intent: NodeIntent;
  readonly #logger: Logger;
  #listener: (() => void) | undefined;
  readonly #peers = new Map<string, Peer>();
  #state: PeerState = { routes: new Map(), podCidrs: [] };
  #installed = new Set<string>();

  constructor(
    options: {
      readonly ownName: string;
      readonly context: PeerContext;
      readonly useTransportAnnotation: boolean;
    },
    modules: { readonly intent: NodeIntent; readonly logger: Logger },
  ) {
    this.#ownName = options.ownName;
    this.#context = options.context;
    this.#useTransportAnnotation = options.useTransportAnnotation;
    this.#intent = modules.intent;
    this.#logger = modules.logger;
  }

  get state(): PeerState {
    return this.#state;
  }

  /** Calls back when the host's part of it changed. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** A Node was added or changed. */
  upsert(node: Node): void {
    const { name } = node.metadata;
    if (name === this.#ownName) return;
    const peer = peerOf(node, { useTransportAnnotation: this.#useTransportAnnotation });
    if (samePeer(peer, this.#peers.get(name))) return;
    if (peer) this.#peers.set(name, peer);
    else this.#peers.delete(name);
    this.#compute();
  }

  /** A Node is gone. */
  remove(name: string): void {
    if (this.#peers.delete(name)) this.#compute();
  }

  #compute(): void {
    const conflicts = conflictingPeers([...this.#peers.values()]);
    const routes = new Map<string, PeerRoute>();
    const podCidrs: Cidr[] = [];
    const wanted = new Set<string>();
    for (const peer of this.#peers.values()) {
      const conflict = conflicts.get(peer.name);
      const plan = conflict === undefined ? planPeer(peer, this.#context) : undefined;
      if (!plan) {
        this.#logger.warn('No way to Node', {
          node: peer.name,
          reason: conflict ?? 'it has no address of a family that this Node has',
        });
        continue;
      }
      wanted.add(peerOwner(peer.name));
      this.#intent.setPeer(peerOwner(peer.name), plan.flows);
      for (const route of plan.routes) routes.set(formatCidr(route.destination), route);
      podCidrs.push(...peer.podCidrs);
    }
    for (const owner of this.#installed) if (!wanted.has(owner)) this.#intent.setPeer(owner, undefined);
    this.#installed = wanted;
    this.#state = { routes, podCidrs };
    this.#listener?.();
  }
}

function samePeer(a: Peer | undefined, b: Peer | undefined): boolean {
  return peerText(a) === peerText(b);
}

function peerText(peer: Peer | undefined): string {
  return peer === undefined
    ? ''
    : JSON.stringify([peer.podCidrs, peer.transportAddresses], (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
}
