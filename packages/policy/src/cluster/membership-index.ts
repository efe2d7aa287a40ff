import type { EntityKind, GroupSelector } from './group-selector.js';
import { termsOf, type Labels, type Selector } from './selector.js';
import { addTo, removeFrom } from './multi-map.js';

/** Told of each object that came into a group, left it, or changed in it. */
export interface MembershipListener<E> {
  memberChanged(key: string, before: E | undefined, after: E | undefined): void;
}

/** A selector in the index, with those who follow it. */
export interface Membership<E> {
  readonly selector: GroupSelector;
  /** Everything that is selected now. */
  members(): Iterable<readonly [key: string, entity: E]>;
  /** The object of this key, if it is selected. */
  get(key: string): E | undefined;
  subscribe(listener: MembershipListener<E>): void;
  unsubscribe(listener: MembershipListener<E>): void;
}

/** Labels that objects share. Most objects of a workload have the same. */
interface LabelSet {
  readonly labels: Labels;
  readonly terms: readonly string[];
  uses: number;
}

/** Objects of one kind, Namespace and set of labels: what a selector selects together. */
interface Bucket<E> {
  readonly namespace: NamespaceState<E>;
  readonly labelSet: LabelSet;
  readonly entities: Map<string, E>;
  readonly groups: Set<Group<E>>;
}

interface NamespaceState<E> {
  readonly name: string;
  /** Undefined while there is no such Namespace: selectors of Namespaces do not select it. */
  labels: Labels | undefined;
  readonly buckets: Record<EntityKind, Map<LabelSet, Bucket<E>>>;
  readonly postings: Record<EntityKind, Map<string, Set<Bucket<E>>>>;
  /** Groups of this Namespace alone. */
  readonly groups: GroupIndex<E>;
  readonly selectedBy: Set<NamespaceSelection<E>>;
}

/** The Namespaces that one selector selects, and the groups in them. */
interface NamespaceSelection<E> {
  readonly selector: Selector;
  readonly namespaces: Set<NamespaceState<E>>;
  readonly groups: GroupIndex<E>;
}

interface Group<E> extends Membership<E> {
  readonly buckets: Set<Bucket<E>>;
  readonly listeners: Set<MembershipListener<E>>;
}

const kinds: readonly EntityKind[] = ['pod', 'externalEntity'];

/**
 * Which objects belong to which groups. Objects with the same labels are asked for together; a selector is found by one
 * of its terms, and finds objects by it: what a change costs depends on what it matches, not on how many objects or
 * groups there are.
 */
export class MembershipIndex<E> {
  readonly #namespaces = new Map<string, NamespaceState<E>>();
  readonly #labelSets = new Map<string, LabelSet>();
  readonly #places = new Map<string, Bucket<E>>();
  readonly #selections = new Map<string, NamespaceSelection<E>>();
  readonly #groups = new Map<string, Group<E>>();

  /** States the labels of a Namespace; undefined: it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    const namespace = this.#namespace(name);
    namespace.labels = labels;
    for (const selection of this.#selections.values()) this.#select(selection, namespace);
    this.#dropIfEmpty(namespace);
  }

  /** States an object; its key is that of its kind, so that a Pod and an ExternalEntity of the same name are two. */
  set(kind: EntityKind, key: string, place: { readonly namespace: string; readonly labels: Labels }, entity: E): void {
    const id = `${kind}/${key}`;
    const from = this.#places.get(id);
    const to = this.#bucket(kind, place);
    const before = from?.entities.get(key);
    if (from === to) {
      to.entities.set(key, entity);
      for (const group of to.groups) tell(group, key, before, entity);
      return;
    }
    this.#places.set(id, to);
    to.entities.set(key, entity);
    from?.entities.delete(key);
    for (const group of to.groups) tell(group, key, from?.groups.has(group) ? before : undefined, entity);
    for (const group of from?.groups ?? []) if (!to.groups.has(group)) tell(group, key, before, undefined);
    if (from) this.#dropBucket(kind, from);
  }

  delete(kind: EntityKind, key: string): void {
    const id = `${kind}/${key}`;
    const bucket = this.#places.get(id);
    if (!bucket) return;
    this.#places.delete(id);
    const before = bucket.entities.get(key);
    bucket.entities.delete(key);
    for (const group of bucket.groups) tell(group, key, before, undefined);
    this.#dropBucket(kind, bucket);
  }

  /** The group of a selector; the same one for the same text. It stays until `release`. */
  group(selector: GroupSelector): Membership<E> {
    const known = this.#groups.get(selector.text);
    if (known) return known;
    const group = createGroup<E>(selector, (key) => this.#places.get(`${selector.kind}/${key}`));
    this.#groups.set(selector.text, group);
    this.#indexOf(selector).add(group);
    for (const bucket of this.#matching(selector)) join(group, bucket);
    return group;
  }

  /** Forgets a group that nobody follows any more. */
  release(membership: Membership<E>): void {
    const group = this.#groups.get(membership.selector.text);
    if (!group || group.listeners.size > 0) return;
    const { selector } = group;
    this.#groups.delete(selector.text);
    for (const bucket of group.buckets) bucket.groups.delete(group);
    if (selector.namespace !== undefined) {
      const namespace = this.#namespace(selector.namespace);
      namespace.groups.remove(group);
      this.#dropIfEmpty(namespace);
      return;
    }
    const selection = this.#selection(selector.namespaces);
    selection.groups.remove(group);
    if (selection.groups.size > 0) return;
    this.#selections.delete(selector.namespaces.text);
    for (const namespace of selection.namespaces) namespace.selectedBy.delete(selection);
  }

  /** The groups that an object belongs to now. */
  groupsOf(kind: EntityKind, key: string): Iterable<Membership<E>> {
    return this.#places.get(`${kind}/${key}`)?.groups ?? [];
  }

  #namespace(name: string): NamespaceState<E> {
    const known = this.#namespaces.get(name);
    if (known) return known;
    const namespace: NamespaceState<E> = {
      name,
      labels: undefined,
      buckets: { pod: new Map(), externalEntity: new Map() },
      postings: { pod: new Map(), externalEntity: new Map() },
      groups: new GroupIndex(),
      selectedBy: new Set(),
    };
    this.#namespaces.set(name, namespace);
    return namespace;
  }

  #dropIfEmpty(namespace: NamespaceState<E>): void {
    const isUsed =
      namespace.labels !== undefined ||
      namespace.groups.size > 0 ||
      kinds.some((kind) => namespace.buckets[kind].size > 0);
    if (!isUsed) this.#namespaces.delete(namespace.name);
  }

  #bucket(kind: EntityKind, place: { readonly namespace: string; readonly labels: Labels }): Bucket<E> {
    const namespace = this.#namespace(place.namespace);
    const labelSet = this.#labelSet(place.labels);
    const known = namespace.buckets[kind].get(labelSet);
    if (known) return known;
    const bucket: Bucket<E> = { namespace, labelSet, entities: new Map(), groups: new Set() };
    namespace.buckets[kind].set(labelSet, bucket);
    labelSet.uses += 1;
    for (const term of labelSet.terms) addTo(namespace.postings[kind], term, bucket);
    for (const index of [namespace.groups, ...[...namespace.selectedBy].map(({ groups }) => groups)]) {
      for (const group of index.candidates(labelSet.terms)) {
        if (group.selector.kind !== kind || !selects(group.selector, labelSet)) continue;
        group.buckets.add(bucket);
        bucket.groups.add(group);
      }
    }
    return bucket;
  }

  #dropBucket(kind: EntityKind, bucket: Bucket<E>): void {
    if (bucket.entities.size > 0) return;
    const { namespace, labelSet } = bucket;
    namespace.buckets[kind].delete(labelSet);
    for (const term of labelSet.terms) removeFrom(namespace.postings[kind], term, bucket);
    for (const group of bucket.groups) group.buckets.delete(bucket);
    labelSet.uses -= 1;
    if (labelSet.uses === 0) this.#labelSets.delete(labelsKey(labelSet.labels));
    this.#dropIfEmpty(namespace);
  }

  #labelSet(labels: Labels): LabelSet {
    const key = labelsKey(labels);
    const known = this.#labelSets.get(key);
    if (known) return known;
    const labelSet: LabelSet = { labels, terms: termsOf(labels), uses: 0 };
    this.#labelSets.set(key, labelSet);
    return labelSet;
  }

  #indexOf(selector: GroupSelector): GroupIndex<E> {
    if (selector.namespace !== undefined) return this.#namespace(selector.namespace).groups;
    return this.#selection(selector.namespaces).groups;
  }

  #selection(selector: Selector): NamespaceSelection<E> {
    const known = this.#selections.get(selector.text);
    if (known) return known;
    const selection: NamespaceSelection<E> = { selector, namespaces: new Set(), groups: new GroupIndex() };
    this.#selections.set(selector.text, selection);
    for (const namespace of this.#namespaces.values()) this.#select(selection, namespace);
    return selection;
  }

  /** Brings a Namespace in or out of a selection, as its labels now say. */
  #select(selection: NamespaceSelection<E>, namespace: NamespaceState<E>): void {
    const isIn = selection.namespaces.has(namespace);
    const belongs = namespace.labels !== undefined && selection.selector.matches(namespace.labels);
    if (isIn === belongs) return;
    if (belongs) {
      selection.namespaces.add(namespace);
      namespace.selectedBy.add(selection);
    } else {
      selection.namespaces.delete(namespace);
      namespace.selectedBy.delete(selection);
    }
    for (const kind of kinds) {
      for (const bucket of namespace.buckets[kind].values()) {
        for (const group of selection.groups.candidates(bucket.labelSet.terms)) {
          if (group.selector.kind !== kind || !selects(group.selector, bucket.labelSet)) continue;
          if (belongs) join(group, bucket);
          else leave(group, bucket);
        }
      }
    }
  }

  *#matching(selector: GroupSelector): Iterable<Bucket<E>> {
    const { kind, namespace, objects } = selector;
    const namespaces =
      namespace === undefined ? this.#selection(selector.namespaces).namespaces : [this.#namespace(namespace)];
    for (const { buckets, postings } of namespaces) {
      if (!objects.terms) {
        for (const bucket of buckets[kind].values()) if (selects(selector, bucket.labelSet)) yield bucket;
        continue;
      }
      for (const term of objects.terms) {
        for (const bucket of postings[kind].get(term) ?? []) if (selects(selector, bucket.labelSet)) yield bucket;
      }
    }
  }
}

/** Groups by the terms of their selectors; those without terms have to be asked for every set of labels. */
class GroupIndex<E> {
  readonly #byTerm = new Map<string, Set<Group<E>>>();
  readonly #withoutTerms = new Set<Group<E>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(group: Group<E>): void {
    this.#size += 1;
    const { terms } = group.selector.objects;
    if (!terms) this.#withoutTerms.add(group);
    for (const term of terms ?? []) addTo(this.#byTerm, term, group);
  }

  remove(group: Group<E>): void {
    this.#size -= 1;
    this.#withoutTerms.delete(group);
    for (const term of group.selector.objects.terms ?? []) removeFrom(this.#byTerm, term, group);
  }

  /** Groups that may select labels of these terms, each once: a selector's terms exclude each other. */
  *candidates(terms: readonly string[]): Iterable<Group<E>> {
    yield* this.#withoutTerms;
    for (const term of terms) yield* this.#byTerm.get(term) ?? [];
  }
}

function createGroup<E>(selector: GroupSelector, placeOf: (key: string) => Bucket<E> | undefined): Group<E> {
  const buckets = new Set<Bucket<E>>();
  const listeners = new Set<MembershipListener<E>>();
  return {
    selector,
    buckets,
    listeners,
    *members() {
      for (const { entities } of buckets) yield* entities;
    },
    get(key) {
      const bucket = placeOf(key);
      return bucket && buckets.has(bucket) ? bucket.entities.get(key) : undefined;
    },
    subscribe(listener) {
      listeners.add(listener);
    },
    unsubscribe(listener) {
      listeners.delete(listener);
    },
  };
}

function selects({ objects }: GroupSelector, { labels }: LabelSet): boolean {
  return objects.matches(labels);
}

function join<E>(group: Group<E>, bucket: Bucket<E>): void {
  if (group.buckets.has(bucket)) return;
  group.buckets.add(bucket);
  bucket.groups.add(group);
  for (const [key, entity] of bucket.entities) tell(group, key, undefined, entity);
}

function leave<E>(group: Group<E>, bucket: Bucket<E>): void {
  if (!group.buckets.delete(bucket)) return;
  bucket.groups.delete(group);
  for (const [key, entity] of bucket.entities) tell(group, key, entity, undefined);
}

function tell<E>(group: Group<E>, key: string, before: E | undefined, after: E | undefined): void {
  for (const listener of group.listeners) listener.memberChanged(key, before, after);
}

function labelsKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
}
