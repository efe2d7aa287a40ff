import type { EntityKind, GroupSelector } from './group-selector.js';
import type { Labels, Selector } from './selector.js';
import { SmallSet } from './small-set.js';
import { LabelledIndex, SelectorIndex } from './term-indexes.js';

/** An object in the index. */
export interface Placed<E> {
  readonly key: string;
  entity: E;
  bucket: Bucket<E>;
  /** Where it is among those of its bucket. */
  at: number;
}

/** Told of each object that came into a group, left it, or changed in it. */
export interface MembershipFollower<E> {
  memberChanged(key: string, before: E | undefined, after: E | undefined): void;
}

/** Labels that objects share. Most objects of a workload have the same. */
export interface LabelSet {
  readonly key: string;
  readonly labels: Labels;
  readonly terms: readonly string[];
  uses: number;
}

const none: never[] = [];
const maxCopied = 8;

/** Objects of one kind, Namespace and set of labels: what a selector selects together. */
export class Bucket<E> {
  readonly kind: EntityKind;
  readonly namespace: NamespacePlace<E>;
  readonly labelSet: LabelSet;
  #placed: Placed<E>[] = none;
  readonly groups = new SmallSet<Membership<E>>();

  constructor(kind: EntityKind, namespace: NamespacePlace<E>, labelSet: LabelSet) {
    this.kind = kind;
    this.namespace = namespace;
    this.labelSet = labelSet;
  }

  get terms(): readonly string[] {
    return this.labelSet.terms;
  }

  /** What is in it now. */
  get placed(): readonly Placed<E>[] {
    return this.#placed;
  }

  add(placed: Placed<E>): void {
    placed.bucket = this;
    placed.at = this.#placed.length;
    // A new array has room for what is in it alone; one that grows takes room for sixteen more.
    if (this.#placed.length < maxCopied) this.#placed = this.#placed.concat([placed]);
    else this.#placed.push(placed);
  }

  /** The last one takes the place of the one that goes. */
  remove({ at }: Placed<E>): void {
    const last = this.#placed.pop();
    if (!last || last.at === at) return;
    last.at = at;
    this.#placed[at] = last;
  }
}

/** So few are looked through; for more there is a map. */
const maxSearched = 16;

/** The buckets of one kind in a Namespace. */
export class Buckets<E> {
  readonly all = new LabelledIndex<Bucket<E>>();
  #byLabelSet: Map<LabelSet, Bucket<E>> | undefined;

  find(labelSet: LabelSet): Bucket<E> | undefined {
    if (this.#byLabelSet) return this.#byLabelSet.get(labelSet);
    for (const bucket of this.all) if (bucket.labelSet === labelSet) return bucket;
    return undefined;
  }

  add(bucket: Bucket<E>): void {
    this.all.add(bucket);
    if (this.#byLabelSet) this.#byLabelSet.set(bucket.labelSet, bucket);
    else if (this.all.size > maxSearched) {
      this.#byLabelSet = new Map();
      for (const each of this.all) this.#byLabelSet.set(each.labelSet, each);
    }
  }

  delete(bucket: Bucket<E>): void {
    this.all.delete(bucket);
    this.#byLabelSet?.delete(bucket.labelSet);
  }
}

/** A Namespace: what is in it, and who selects it. */
export class NamespacePlace<E> {
  readonly name: string;
  /** Undefined while there is no such Namespace: selectors of Namespaces do not select it. */
  labels: Labels | undefined;
  terms: readonly string[] = [];
  readonly selectedBy = new SmallSet<NamespaceSelection<E>>();
  /** Groups of this Namespace alone. */
  readonly groups = new SelectorIndex<Membership<E>>();
  readonly pods = new Buckets<E>();
  readonly externalEntities = new Buckets<E>();

  constructor(name: string) {
    this.name = name;
  }

  buckets(kind: EntityKind): Buckets<E> {
    return kind === 'pod' ? this.pods : this.externalEntities;
  }

  get isUsed(): boolean {
    return (
      this.labels !== undefined || this.groups.size > 0 || this.pods.all.size > 0 || this.externalEntities.all.size > 0
    );
  }
}

/** The Namespaces that one selector selects, and the groups in them. */
export class NamespaceSelection<E> {
  readonly selector: Selector;
  readonly namespaces = new Set<NamespacePlace<E>>();
  readonly groups = new SelectorIndex<Membership<E>>();

  constructor(selector: Selector) {
    this.selector = selector;
  }

  get terms(): readonly string[] | undefined {
    return this.selector.terms;
  }
}

/** Who a selector selects, with those who follow it. */
export class Membership<E> {
  readonly selector: GroupSelector;
  /** What the owner of the index calls it. */
  name = '';
  readonly buckets = new SmallSet<Bucket<E>>();
  readonly followers = new SmallSet<MembershipFollower<E>>();

  readonly #places: ReadonlyMap<string, Placed<E>>;

  constructor(selector: GroupSelector, places: ReadonlyMap<string, Placed<E>>) {
    this.selector = selector;
    this.#places = places;
  }

  get terms(): readonly string[] | undefined {
    return this.selector.objects.terms;
  }

  selects({ kind, labelSet }: Bucket<E>): boolean {
    return this.selector.kind === kind && this.selector.objects.matches(labelSet.labels);
  }

  /** Calls back for everything that is selected now. */
  forEach(take: (key: string, entity: E) => void): void {
    this.buckets.forEach(({ placed }) => {
      for (const { key, entity } of placed) take(key, entity);
    });
  }

  /** How many objects are selected now. */
  get size(): number {
    let size = 0;
    this.buckets.forEach(({ placed }) => (size += placed.length));
    return size;
  }

  /** The object of this key, if it is selected. */
  get(key: string): E | undefined {
    const placed = this.#places.get(key);
    return placed && this.buckets.has(placed.bucket) ? placed.entity : undefined;
  }

  tell(key: string, before: E | undefined, after: E | undefined): void {
    this.followers.forEach((follower) => follower.memberChanged(key, before, after));
  }

  /** Takes a bucket in with all that is in it. */
  join(bucket: Bucket<E>): void {
    if (!this.buckets.add(bucket)) return;
    bucket.groups.add(this);
    if (this.followers.size > 0) for (const { key, entity } of bucket.placed) this.tell(key, undefined, entity);
  }

  leave(bucket: Bucket<E>): void {
    if (!this.buckets.delete(bucket)) return;
    bucket.groups.delete(this);
    for (const { key, entity } of bucket.placed) this.tell(key, entity, undefined);
  }
}
