import { itemKey, type Flow, type SwitchItem } from '@antrea-ts/openflow';

/** What changed in the desired flows (and groups), keyed by `itemKey`. */
export interface FlowChanges<T extends SwitchItem = Flow> {
  readonly set: ReadonlyMap<string, T>;
  readonly removed: ReadonlySet<string>;
}

/** Two objects want the same match to do different things; the first in text order has its way. */
export interface FlowConflict {
  readonly key: string;
  readonly winner: string;
  readonly losers: readonly string[];
}

/**
 * Desired flows, and groups where they are items of it, by the object that asks for them (`pod/ns/name`, `node/worker-2`, `base`), so that every flow can be
 * traced back, and so that what is desired never depends on the order in which objects came.
 */
export class FlowOwners<T extends SwitchItem = Flow> {
  readonly #flowsByOwner = new Map<string, Map<string, T>>();
  readonly #ownersByKey = new Map<string, readonly string[]>();
  /** Most flows have one owner, and share its list. */
  readonly #alone = new Map<string, readonly string[]>();

  /** Replaces the flows of one owner; an empty list removes the owner. */
  set(owner: string, flows: readonly T[]): FlowChanges<T> {
    const before = this.#flowsByOwner.get(owner) ?? new Map<string, T>();
    const after = new Map(flows.map((flow) => [itemKey(flow), flow]));
    if (after.size > 0) this.#flowsByOwner.set(owner, after);
    else this.#forget(owner);

    for (const key of after.keys()) if (!before.has(key)) this.#addOwner(key, owner);
    for (const key of before.keys()) if (!after.has(key)) this.#removeOwner(key, owner);
    return this.#current(new Set([...before.keys(), ...after.keys()]));
  }

  /** Changes some flows of one owner: what a replacement of a hundred thousand would cost is not paid for one. */
  patch(owner: string, { set, removed }: FlowChanges<T>): FlowChanges<T> {
    const flows = this.#flowsByOwner.get(owner) ?? new Map<string, T>();
    this.#flowsByOwner.set(owner, flows);
    for (const key of removed) if (flows.delete(key)) this.#removeOwner(key, owner);
    for (const [key, flow] of set) {
      if (!flows.has(key)) this.#addOwner(key, owner);
      flows.set(key, flow);
    }
    const changes = this.#current(removed.size === 0 ? set.keys() : new Set([...removed, ...set.keys()]));
    if (flows.size === 0) this.#forget(owner);
    return changes;
  }

  /** Everything that is desired now. */
  flows(): Map<string, T> {
    const flows = new Map<string, T>();
    for (const key of this.#ownersByKey.keys()) flows.set(key, this.flow(key) as T);
    return flows;
  }

  /** The desired flow of a key. */
  flow(key: string): T | undefined {
    const [owner] = this.ownersOf(key);
    return owner === undefined ? undefined : this.#flowsByOwner.get(owner)?.get(key);
  }

  /** Who asked for a flow; the first is the one whose flow is installed. */
  ownersOf(key: string): readonly string[] {
    return this.#ownersByKey.get(key) ?? [];
  }

  owners(): readonly string[] {
    return [...this.#flowsByOwner.keys()];
  }

  conflicts(): FlowConflict[] {
    return [...this.#ownersByKey]
      .filter(([, owners]) => owners.length > 1)
      .map(([key, [winner = '', ...losers]]) => ({ key, winner, losers }));
  }

  #forget(owner: string): void {
    this.#flowsByOwner.delete(owner);
    this.#alone.delete(owner);
  }

  #current(keys: Iterable<string>): FlowChanges<T> {
    const set = new Map<string, T>();
    const removed = new Set<string>();
    for (const key of keys) {
      const flow = this.flow(key);
      if (flow) set.set(key, flow);
      else removed.add(key);
    }
    return { set, removed };
  }

  #addOwner(key: string, owner: string): void {
    const owners = this.#ownersByKey.get(key);
    if (owners) {
      this.#ownersByKey.set(key, [...owners, owner].sort());
      return;
    }
    let alone = this.#alone.get(owner);
    if (alone === undefined) this.#alone.set(owner, (alone = [owner]));
    this.#ownersByKey.set(key, alone);
  }

  #removeOwner(key: string, owner: string): void {
    const owners = this.ownersOf(key).filter((other) => other !== owner);
    if (owners.length === 0) {
      this.#ownersByKey.delete(key);
      return;
    }
    this.#ownersByKey.set(key, owners);
  }
}
