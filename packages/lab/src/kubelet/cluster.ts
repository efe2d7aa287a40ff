import type { Event, Node, Pod } from 'kubernetes-types/core/v1.js';

export interface ClusterObjects {
  readonly pods: Pod;
  readonly nodes: Node;
}

/** One change of a watched collection. The first ones are what was there already. */
export type Change<T> = { readonly kind: 'set'; readonly object: T } | { readonly kind: 'gone'; readonly object: T };

/** What the kubelet and the scheduler need of the Kubernetes API, so that their tests need none. */
export interface Cluster {
  /** Follows a collection until `signal` is aborted; resolves when what was there already has been told. */
  follow<R extends keyof ClusterObjects>(
    resource: R,
    onChange: (change: Change<ClusterObjects[R]>) => void,
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Creates a Node, status included. */
  createNode(node: Node): Promise<void>;
  /** Merge patch of a status; `undefined` when the object is gone. */
  patchStatus(resource: keyof ClusterObjects, object: Pod | Node, status: object): Promise<void>;
  bind(pod: Pod, nodeName: string): Promise<void>;
  /** Removes a Pod whose containers have ended, if it is still this one. */
  removePod(pod: Pod): Promise<void>;
  /** Best effort: an event that cannot be stored is only logged. */
  recordEvent(event: Pick<Event, 'type' | 'reason' | 'message'> & { readonly about: Pod | Node }): void;
}

/** `namespace/name`, or the name of what has no namespace. */
export function nameOf(object: Pod | Node): string {
  const { namespace, name } = object.metadata ?? {};
  return namespace === undefined ? (name ?? '') : `${namespace}/${name}`;
}
