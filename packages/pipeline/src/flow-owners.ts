import { itemKey, type Flow, type SwitchItem } from '@antrea-ts/openflow';

/** What changed in the desired flows (and groups), keyed by `itemKey`. */
export interface FlowChanges<T extends SwitchItem = Flow> {
  readonly set: ReadonlyMap<string, T>;
  readonly removed: ReadonlySet<string>;
}

/** Hears of each key that was stated: what was desired there before, and what is now. */
export type OnStated<T> = (key: string, before: T | undefined, now: T | undefined) => void;

/**
 * That an owner asks for an item. Two objects may want the same match to do different things: the claims of one key are
 * a list in text order of their owners, and the first has its way. Nearly always it is alone.
 */
interface Claim<T> {
  readonly owner: string;
  readonly item: T;
  readonly next: Claim<T> | undefined;
}

/**
 * Desired flows, and groups where they are items of it, by the object that asks for them (`pod/ns/name`,
 * `node/worker-2`, `base`), so that every flow can be traced back, and so that what is desired never depends on the order
 * in which objects came. One map holds all of it: a Node has a hundred thousand flows.
 *
 * An owner either states all its flows each time (`set`), or what changes in them (`patch`), never now one and then the
 * other: which keys are its own is remembered for the former alone.
 */
export class FlowOwners<T extends SwitchItem = Flow> {
  readonly #claims = new Map<string, Claim<T>>();
  readonly #keysByOwner = new Map<string, ReadonlySet<string>>();

  /** Replaces the flows of one owner; an empty list removes the owner. Gives the keys that it had and has. */
  set(owner: string, flows: readonly T[], onStated: OnStated<T> = () => undefined): ReadonlySet<string> {
    const before = this.#keysByOwner.get(owner) ?? new Set();
    const after = new Map(flows.map((flow) => [itemKey(flow), flow]));
    if (after.size > 0) this.#keysByOwner.set(owner, new Set(after.keys()));
    else this.#keysByOwner.delete(owner);
    for (const [key, flow] of after) this.#claim(key, owner, flow, onStated);
    for (const key of before) if (!after.has(key)) this.#release(key, owner, onStated);
    return new Set([...before, ...after.keys()]);
  }

  /** Changes some flows of one owner: what a replacement of a hundred thousand would cost is not paid for one. */
  patch(owner: string, { set, removed }: FlowChanges<T>, onStated: OnStated<T> = () => undefined): void {
    for (const key of removed) this.#release(key, owner, onStated);
    for (const [key, flow] of set) this.#claim(key, owner, flow, onStated);
  }

  /** How many flows and groups are desired. */
  get size(): number {
    return this.#claims.size;
  }

  /** Everything that is desired now. */
  *entries(): Generator<readonly [string, T]> {
    for (const [key, { item }] of this.#claims) yield [key, item];
  }

  /** The desired flow of a key. */
  flow(key: string): T | undefined {
    return this.#claims.get(key)?.item;
  }

  /** Who asked for a flow; the first is the one whose flow is installed. */
  ownersOf(key: string): readonly string[] {
    const owners: string[] = [];
    for (let claim = this.#claims.get(key); claim; claim = claim.next) owners.push(claim.owner);
    return owners;
  }

  #claim(key: string, owner: string, item: T, onStated: OnStated<T>): void {
    const before = this.#claims.get(key);
    const now = before === undefined ? { owner, item, next: undefined } : withClaim(before, owner, item);
    this.#claims.set(key, now);
    onStated(key, before?.item, now.item);
  }

  #release(key: string, owner: string, onStated: OnStated<T>): void {
    const before = this.#claims.get(key);
    const now = withoutClaim(before, owner);
    if (now) this.#claims.set(key, now);
    else this.#claims.delete(key);
    onStated(key, before?.item, now?.item);
  }
}

function withClaim<T>(claims: Claim<T> | undefined, owner: string, item: T): Claim<T> {
  if (claims === undefined || owner < claims.owner) return { owner, item, next: claims };
  if (owner === claims.owner) return { owner, item, next: claims.next };
  return { ...claims, next: withClaim(claims.next, owner, item) };
}

function withoutClaim<T>(claims: Claim<T> | undefined, owner: string): Claim<T> | undefined {
  if (claims === undefined || claims.owner === owner) return claims?.next;
  return { ...claims, next: withoutClaim(claims.next, owner) };
}
