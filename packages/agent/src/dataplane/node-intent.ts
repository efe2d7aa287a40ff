import { createNodePipeline, type NodePipeline, type NodeProfile, type PeerNode } from '@antrea-ts/pipeline';
import type { PodPort } from '../pods/pod-store.js';
import type { Dataplane } from './dataplane.js';

/** Owner of the flows that depend on the Node alone. */
export const baseOwner = 'node base';

/**
 * What this Node's switch shall do, in objects: the Node itself, its Pods, its peers. Renders each to flows for the
 * dataplane, and all of them anew when the Node's profile changes (another MAC address of the gateway, for one).
 */
export class NodeIntent {
  readonly #dataplane: Pick<Dataplane, 'set'>;
  readonly #pods = new Map<string, PodPort>();
  readonly #peers = new Map<string, PeerNode>();
  #pipeline: NodePipeline;
  /** Takes the Pods as well, once it is there. */
  policies: { setPod(port: PodPort): void; removePod(port: PodPort): void } | undefined;

  constructor(profile: NodeProfile, dataplane: Pick<Dataplane, 'set'>) {
    this.#dataplane = dataplane;
    this.#pipeline = createNodePipeline(profile);
    this.#render();
  }

  get profile(): NodeProfile {
    return this.#pipeline.profile;
  }

  setProfile(profile: NodeProfile): void {
    this.#pipeline = createNodePipeline(profile);
    this.#render();
  }

  /** Whether a Pod is stated. */
  hasPod(owner: string): boolean {
    return this.#pods.has(owner);
  }

  /** States a Pod, or with `undefined` that it is gone. */
  setPod(owner: string, pod: PodPort | undefined): void {
    const before = this.#pods.get(owner);
    if (pod) {
      this.#pods.set(owner, pod);
      // First: what a Pod may do is stated before it can do anything.
      this.policies?.setPod(pod);
    } else {
      this.#pods.delete(owner);
      if (before) this.policies?.removePod(before);
    }
    this.#dataplane.set(owner, pod ? this.#pipeline.pod(pod) : []);
  }

  setPeer(owner: string, peer: PeerNode | undefined): void {
    if (peer) this.#peers.set(owner, peer);
    else this.#peers.delete(owner);
    this.#dataplane.set(owner, peer ? this.#pipeline.peer(peer) : []);
  }

  #render(): void {
    this.#dataplane.set(baseOwner, this.#pipeline.base());
    for (const [owner, pod] of this.#pods) this.#dataplane.set(owner, this.#pipeline.pod(pod));
    for (const [owner, peer] of this.#peers) this.#dataplane.set(owner, this.#pipeline.peer(peer));
  }
}
