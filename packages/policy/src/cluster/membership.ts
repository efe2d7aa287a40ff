import type { Bucket, Placed } from './bucket.js';
import type { ComputedGroup } from './computed-group.js';
import type { Entity } from './entity.js';
import { kindOf, objectsOf, type GroupSelector } from './group-selector.js';
import { SmallSet } from './small-set.js';

/** Who a selector selects, with the groups that follow it. */
export class Membership {
  readonly selector: GroupSelector;
  readonly buckets = new SmallSet<Bucket>();
  /** The groups that have what is selected here and nothing else, and are named after it. */
  targets: ComputedGroup | undefined = undefined;
  peers: ComputedGroup | undefined = undefined;
  /** Groups that have this among others. */
  #others: SmallSet<ComputedGroup> | undefined = undefined;
  readonly #places: ReadonlyMap<string, Placed>;

  constructor(selector: GroupSelector, places: ReadonlyMap<string, Placed>) {
    this.selector = selector;
    this.#places = places;
  }

  get terms(): readonly string[] | undefined {
    return objectsOf(this.selector).terms;
  }

  selects({ kind, labelSet }: Bucket): boolean {
    return kindOf(this.selector) === kind && objectsOf(this.selector).matches(labelSet.labels);
  }

  /** Calls back for everything that is selected now. */
  forEach(take: (key: string, entity: Entity) => void): void {
    this.buckets.forEach(({ first }) => {
      for (let placed = first; placed; placed = placed.next) take(placed.key, placed.entity);
    });
  }

  /** How many objects are selected now. */
  get size(): number {
    let size = 0;
    this.buckets.forEach((bucket) => (size += bucket.size));
    return size;
  }

  /** The object of this key, if it is selected. */
  get(key: string): Entity | undefined {
    const placed = this.#places.get(key);
    return placed && this.buckets.has(placed.bucket) ? placed.entity : undefined;
  }

  /** A group is told of each object that comes into this, leaves it, or changes in it. */
  follow(group: ComputedGroup): void {
    if (this[group.role] !== group) (this.#others ??= new SmallSet()).add(group);
  }

  unfollow(group: ComputedGroup): void {
    if (this[group.role] === group) this[group.role] = undefined;
    else this.#others?.delete(group);
  }

  get isFollowed(): boolean {
    return this.targets !== undefined || this.peers !== undefined || (this.#others?.size ?? 0) > 0;
  }

  tell(key: string, before: Entity | undefined, after: Entity | undefined): void {
    this.targets?.memberChanged(key, before, after);
    this.peers?.memberChanged(key, before, after);
    this.#others?.forEach((group) => group.memberChanged(key, before, after));
  }

  /** Takes a bucket in with all that is in it. */
  join(bucket: Bucket): void {
    if (!this.buckets.add(bucket)) return;
    bucket.groups.add(this);
    if (!this.isFollowed) return;
    for (let placed = bucket.first; placed; placed = placed.next) this.tell(placed.key, undefined, placed.entity);
  }

  leave(bucket: Bucket): void {
    if (!this.buckets.delete(bucket)) return;
    bucket.groups.delete(this);
    for (let placed = bucket.first; placed; placed = placed.next) this.tell(placed.key, placed.entity, undefined);
  }
}
