import type { Entity } from './entity.js';
import type { EntityKind } from './group-selector.js';
import type { LabelSet } from './label-sets.js';
import type { Membership } from './membership.js';
import type { NamespacePlace } from './namespace-place.js';
import { SmallSet } from './small-set.js';
import { LabelledIndex } from './term-indexes.js';

/** An object in the index, and its neighbours in its bucket: a list through the objects themselves needs no array. */
export class Placed {
  readonly key: string;
  entity: Entity;
  bucket: Bucket;
  previous: Placed | undefined = undefined;
  next: Placed | undefined = undefined;

  constructor(key: string, entity: Entity, bucket: Bucket) {
    this.key = key;
    this.entity = entity;
    this.bucket = bucket;
  }
}

/** Objects of one kind, Namespace and set of labels: what a selector selects together. */
export class Bucket {
  readonly kind: EntityKind;
  readonly namespace: NamespacePlace;
  readonly labelSet: LabelSet;
  readonly groups = new SmallSet<Membership>();
  size = 0;
  #first: Placed | undefined = undefined;
  #last: Placed | undefined = undefined;

  constructor(kind: EntityKind, namespace: NamespacePlace, labelSet: LabelSet) {
    this.kind = kind;
    this.namespace = namespace;
    this.labelSet = labelSet;
  }

  get terms(): readonly string[] {
    return this.labelSet.terms;
  }

  /** What is in it now, in the order in which it came. */
  get first(): Placed | undefined {
    return this.#first;
  }

  add(placed: Placed): void {
    placed.bucket = this;
    placed.previous = this.#last;
    placed.next = undefined;
    if (this.#last) this.#last.next = placed;
    else this.#first = placed;
    this.#last = placed;
    this.size += 1;
  }

  remove({ previous, next }: Placed): void {
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    this.size -= 1;
  }
}

/** So few are looked through; for more there is a map. */
const maxSearched = 16;

/** The buckets of one kind in a Namespace. */
export class Buckets extends LabelledIndex<Bucket> {
  #byLabelSet: Map<LabelSet, Bucket> | undefined = undefined;

  of(labelSet: LabelSet): Bucket | undefined {
    return this.#byLabelSet ? this.#byLabelSet.get(labelSet) : this.find((bucket) => bucket.labelSet === labelSet);
  }

  override add(bucket: Bucket): boolean {
    if (this.#byLabelSet) this.#byLabelSet.set(bucket.labelSet, bucket);
    else if (this.size >= maxSearched) {
      this.#byLabelSet = new Map([[bucket.labelSet, bucket]]);
      for (const each of this) this.#byLabelSet.set(each.labelSet, each);
    }
    return super.add(bucket);
  }

  override delete(bucket: Bucket): boolean {
    this.#byLabelSet?.delete(bucket.labelSet);
    return super.delete(bucket);
  }
}
