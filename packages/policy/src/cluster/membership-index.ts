import type { EntityKind, GroupSelector } from './group-selector.js';
import { Bucket, Membership, NamespacePlace, NamespaceSelection, type LabelSet, type Placed } from './membership.js';
import { termsOf, type Labels, type Selector } from './selector.js';
import { LabelledIndex, SelectorIndex } from './term-indexes.js';

const kinds: readonly EntityKind[] = ['pod', 'externalEntity'];
const noTerms: readonly string[] = [];

/**
 * Which objects belong to which groups. Objects with the same labels are asked for together; a selector is found by one
 * of its terms, and finds objects by it: what a change costs depends on what it matches, not on how many objects or
 * groups there are.
 */
export class MembershipIndex<E> {
  readonly #namespaces = new Map<string, NamespacePlace<E>>();
  /** Namespaces that exist, by their labels. */
  readonly #labelled = new LabelledIndex<NamespacePlace<E>>();
  readonly #labelSets = new Map<string, LabelSet>();
  readonly #places = new Map<string, Placed<E>>();
  readonly #selections = new Map<string, NamespaceSelection<E>>();
  readonly #selectors = new SelectorIndex<NamespaceSelection<E>>();
  readonly #groups = new Map<string, Membership<E>>();

  /** States the labels of a Namespace; undefined: it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    const namespace = this.#namespace(name);
    if (namespace.labels) this.#labelled.delete(namespace);
    namespace.labels = labels;
    namespace.terms = labels ? termsOf(labels) : noTerms;
    if (labels) this.#labelled.add(namespace);
    for (const selection of namespace.selectedBy.values()) {
      if (!labels || !selection.selector.matches(labels)) deselect(selection, namespace);
    }
    if (labels) {
      this.#selectors.eachCandidate(namespace.terms, (selection) => {
        if (selection.selector.matches(labels)) select(selection, namespace);
      });
    }
    this.#dropIfEmpty(namespace);
  }

  /** What is known of an object. */
  get(key: string): Placed<E> | undefined {
    return this.#places.get(key);
  }

  /** States an object; its key is its own among objects of all kinds. */
  set(kind: EntityKind, key: string, place: { readonly namespace: string; readonly labels: Labels }, entity: E): void {
    const to = this.#bucket(kind, place);
    const placed = this.#places.get(key);
    if (!placed) {
      const fresh: Placed<E> = { key, entity, bucket: to, at: 0 };
      this.#places.set(key, fresh);
      to.add(fresh);
      to.groups.forEach((group) => group.tell(key, undefined, entity));
      return;
    }
    const { bucket: from, entity: before } = placed;
    placed.entity = entity;
    if (from === to) {
      for (const group of to.groups) group.tell(key, before, entity);
      return;
    }
    from.remove(placed);
    to.add(placed);
    for (const group of to.groups) group.tell(key, from.groups.has(group) ? before : undefined, entity);
    for (const group of from.groups) if (!to.groups.has(group)) group.tell(key, before, undefined);
    this.#dropIfUnused(from);
  }

  delete(key: string): void {
    const placed = this.#places.get(key);
    if (!placed) return;
    const { bucket, entity } = placed;
    this.#places.delete(key);
    bucket.remove(placed);
    for (const group of bucket.groups) group.tell(key, entity, undefined);
    this.#dropIfUnused(bucket);
  }

  /** The group of a selector; the same one for the same text. It stays until `release`. */
  group(selector: GroupSelector): Membership<E> {
    const known = this.#groups.get(selector.text);
    if (known) return known;
    const group = new Membership<E>(selector, this.#places);
    this.#groups.set(selector.text, group);
    const { namespace } = selector;
    if (namespace === undefined) {
      const selection = this.#selection(selector.namespaces);
      selection.groups.add(group);
      for (const each of selection.namespaces) joinMatching(group, each);
    } else {
      const place = this.#namespace(namespace);
      place.groups.add(group);
      joinMatching(group, place);
    }
    return group;
  }

  /** Forgets a group that nobody follows any more. */
  release(group: Membership<E>): void {
    const { selector } = group;
    if (group.followers.size > 0 || this.#groups.get(selector.text) !== group) return;
    this.#groups.delete(selector.text);
    for (const bucket of group.buckets) bucket.groups.delete(group);
    if (selector.namespace !== undefined) {
      const namespace = this.#namespace(selector.namespace);
      namespace.groups.delete(group);
      this.#dropIfEmpty(namespace);
      return;
    }
    const selection = this.#selection(selector.namespaces);
    selection.groups.delete(group);
    if (selection.groups.size > 0) return;
    this.#selections.delete(selector.namespaces.text);
    this.#selectors.delete(selection);
    for (const namespace of selection.namespaces) namespace.selectedBy.delete(selection);
  }

  #namespace(name: string): NamespacePlace<E> {
    const known = this.#namespaces.get(name);
    if (known) return known;
    const namespace = new NamespacePlace<E>(name);
    this.#namespaces.set(name, namespace);
    return namespace;
  }

  #dropIfEmpty(namespace: NamespacePlace<E>): void {
    if (!namespace.isUsed) this.#namespaces.delete(namespace.name);
  }

  #bucket(kind: EntityKind, place: { readonly namespace: string; readonly labels: Labels }): Bucket<E> {
    const namespace = this.#namespace(place.namespace);
    const labelSet = this.#labelSet(place.labels);
    const known = namespace.buckets(kind).find(labelSet);
    if (known) return known;
    const bucket = new Bucket<E>(kind, namespace, labelSet);
    namespace.buckets(kind).add(bucket);
    labelSet.uses += 1;
    joinCandidates(namespace.groups, bucket);
    namespace.selectedBy.forEach(({ groups }) => joinCandidates(groups, bucket));
    return bucket;
  }

  #dropIfUnused(bucket: Bucket<E>): void {
    if (bucket.placed.length > 0) return;
    const { namespace, labelSet } = bucket;
    namespace.buckets(bucket.kind).delete(bucket);
    for (const group of bucket.groups) group.buckets.delete(bucket);
    labelSet.uses -= 1;
    if (labelSet.uses === 0) this.#labelSets.delete(labelSet.key);
    this.#dropIfEmpty(namespace);
  }

  #labelSet(labels: Labels): LabelSet {
    const key = labelsKey(labels);
    const known = this.#labelSets.get(key);
    if (known) return known;
    const labelSet: LabelSet = { key, labels, terms: termsOf(labels), uses: 0 };
    this.#labelSets.set(key, labelSet);
    return labelSet;
  }

  #selection(selector: Selector): NamespaceSelection<E> {
    const known = this.#selections.get(selector.text);
    if (known) return known;
    const selection = new NamespaceSelection<E>(selector);
    this.#selections.set(selector.text, selection);
    this.#selectors.add(selection);
    this.#labelled.eachCandidate(selector.terms, (namespace) => {
      if (selector.matches(namespace.labels!)) select(selection, namespace);
    });
    return selection;
  }
}

function select<E>(selection: NamespaceSelection<E>, namespace: NamespacePlace<E>): void {
  if (selection.namespaces.has(namespace)) return;
  selection.namespaces.add(namespace);
  namespace.selectedBy.add(selection);
  for (const kind of kinds) for (const bucket of namespace.buckets(kind).all) joinCandidates(selection.groups, bucket);
}

function deselect<E>(selection: NamespaceSelection<E>, namespace: NamespacePlace<E>): void {
  selection.namespaces.delete(namespace);
  namespace.selectedBy.delete(selection);
  for (const kind of kinds) {
    for (const bucket of namespace.buckets(kind).all) {
      selection.groups.eachCandidate(bucket.terms, (group) => {
        if (group.selects(bucket)) group.leave(bucket);
      });
    }
  }
}

function joinCandidates<E>(groups: SelectorIndex<Membership<E>>, bucket: Bucket<E>): void {
  groups.eachCandidate(bucket.terms, (group) => {
    if (group.selects(bucket)) group.join(bucket);
  });
}

function joinMatching<E>(group: Membership<E>, namespace: NamespacePlace<E>): void {
  namespace.buckets(group.selector.kind).all.eachCandidate(group.terms, (bucket) => {
    if (group.selects(bucket)) group.join(bucket);
  });
}

function labelsKey(labels: Labels): string {
  const keys = Object.keys(labels);
  if (keys.length > 1) keys.sort();
  let text = '';
  for (const key of keys) text += `${key}=${labels[key]},`;
  return text;
}
