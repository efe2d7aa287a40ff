import { Bucket, Placed, type Buckets } from './bucket.js';
import { sameEntity, type Entity } from './entity.js';
import { kindOf, namespacesOf, type EntityKind, type GroupSelector } from './group-selector.js';
import { LabelSets } from './label-sets.js';
import { Membership } from './membership.js';
import { NamespacePlace, NamespaceSelection } from './namespace-place.js';
import type { PlaceGroups } from './place-groups.js';
import type { Labels, Selector } from './selector.js';
import { LabelledIndex, SelectorIndex } from './term-indexes.js';

/** Where an object is, and its labels. */
interface Location {
  readonly namespace: string;
  readonly labels: Labels;
}

/**
 * Which objects belong to which groups. Objects with the same labels are asked for together; a selector is found by one
 * of its terms, and finds objects by it: what a change costs depends on what it matches, not on how many objects or
 * groups there are.
 */
export class MembershipIndex {
  readonly #namespaces = new Map<string, NamespacePlace>();
  /** Namespaces that exist, by their labels. */
  readonly #labelled = new LabelledIndex<NamespacePlace>();
  readonly #labelSets = new LabelSets();
  readonly #places = new Map<string, Placed>();
  readonly #selections = new Map<string, NamespaceSelection>();
  readonly #selectors = new SelectorIndex<NamespaceSelection>();

  /** States the labels of a Namespace; undefined: it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    const namespace = this.#namespace(name);
    if (namespace.labels) this.#labelled.delete(namespace);
    namespace.labels = labels;
    if (labels) this.#labelled.add(namespace);
    for (const selection of namespace.selectedBy.values()) {
      if (!labels || !selection.selector.matches(labels)) deselect(selection, namespace);
    }
    if (labels) {
      this.#selectors.eachCandidate(namespace, (selection) => {
        if (selection.selector.matches(labels)) select(selection, namespace);
      });
    }
    this.#dropIfEmpty(namespace);
  }

  /** What is known of an object. */
  get(key: string): Placed | undefined {
    return this.#places.get(key);
  }

  /** States an object; its key is its own among objects of all kinds. */
  set(kind: EntityKind, key: string, location: Location, entity: Entity): void {
    const to = this.#bucket(kind, location);
    const placed = this.#places.get(key);
    if (!placed) {
      const fresh = new Placed(key, entity, to);
      this.#places.set(key, fresh);
      to.add(fresh);
      to.groups.forEach((group) => group.tell(key, undefined, entity));
    } else if (placed.bucket !== to) this.#move(placed, to, entity);
    else if (!sameEntity(placed.entity, entity)) {
      const before = placed.entity;
      placed.entity = entity;
      to.groups.forEach((group) => group.tell(key, before, entity));
    }
  }

  #move(placed: Placed, to: Bucket, entity: Entity): void {
    const { key, bucket: from, entity: before } = placed;
    placed.entity = entity;
    from.remove(placed);
    to.add(placed);
    to.groups.forEach((group) => group.tell(key, from.groups.has(group) ? before : undefined, entity));
    from.groups.forEach((group) => {
      if (!to.groups.has(group)) group.tell(key, before, undefined);
    });
    this.#dropIfUnused(from);
  }

  delete(key: string): void {
    const placed = this.#places.get(key);
    if (!placed) return;
    const { bucket, entity } = placed;
    this.#places.delete(key);
    bucket.remove(placed);
    bucket.groups.forEach((group) => group.tell(key, entity, undefined));
    this.#dropIfUnused(bucket);
  }

  /** The group of a selector; the same one for the same selector. It stays until `release`. */
  group(selector: GroupSelector): Membership {
    const { namespace } = selector;
    if (namespace !== undefined) {
      const place = this.#namespace(namespace);
      return place.groups.of(selector) ?? this.#addGroup(selector, place.groups, [place]);
    }
    const { groups, namespaces } = this.#selection(namespacesOf(selector));
    return groups.of(selector) ?? this.#addGroup(selector, groups, namespaces);
  }

  #addGroup(selector: GroupSelector, groups: PlaceGroups, places: Iterable<NamespacePlace>): Membership {
    const group = new Membership(selector, this.#places);
    groups.add(group);
    for (const place of places) joinMatching(group, place);
    return group;
  }

  /** Forgets a group that nobody follows any more. */
  release(group: Membership): void {
    if (group.isFollowed) return;
    const { namespace } = group.selector;
    for (const bucket of group.buckets) bucket.groups.delete(group);
    if (namespace !== undefined) {
      const place = this.#namespace(namespace);
      place.groups.delete(group);
      this.#dropIfEmpty(place);
      return;
    }
    const selection = this.#selection(namespacesOf(group.selector));
    selection.groups.delete(group);
    if (selection.groups.size > 0) return;
    this.#selections.delete(selection.selector.text);
    this.#selectors.delete(selection);
    for (const place of selection.namespaces) place.selectedBy.delete(selection);
  }

  #namespace(name: string): NamespacePlace {
    const known = this.#namespaces.get(name);
    if (known) return known;
    const namespace = new NamespacePlace(name);
    this.#namespaces.set(name, namespace);
    return namespace;
  }

  #dropIfEmpty(namespace: NamespacePlace): void {
    if (!namespace.isUsed) this.#namespaces.delete(namespace.name);
  }

  #bucket(kind: EntityKind, location: Location): Bucket {
    const namespace = this.#namespace(location.namespace);
    const labelSet = this.#labelSets.of(location.labels);
    const buckets = namespace.buckets(kind);
    const known = buckets.of(labelSet);
    if (known) return known;
    const bucket = new Bucket(kind, namespace, labelSet);
    buckets.add(bucket);
    labelSet.uses += 1;
    joinCandidates(namespace.groups, bucket);
    namespace.selectedBy.forEach(({ groups }) => joinCandidates(groups, bucket));
    return bucket;
  }

  #dropIfUnused(bucket: Bucket): void {
    if (bucket.size > 0) return;
    const { namespace, labelSet } = bucket;
    namespace.buckets(bucket.kind).delete(bucket);
    for (const group of bucket.groups) group.buckets.delete(bucket);
    this.#labelSets.release(labelSet);
    this.#dropIfEmpty(namespace);
  }

  #selection(selector: Selector): NamespaceSelection {
    const known = this.#selections.get(selector.text);
    if (known) return known;
    const selection = new NamespaceSelection(selector);
    this.#selections.set(selector.text, selection);
    this.#selectors.add(selection);
    this.#labelled.eachCandidate(selector, (namespace) => {
      if (selector.matches(namespace.labels!)) select(selection, namespace);
    });
    return selection;
  }
}

function select(selection: NamespaceSelection, namespace: NamespacePlace): void {
  if (selection.namespaces.has(namespace)) return;
  selection.namespaces.add(namespace);
  namespace.selectedBy.add(selection);
  if (selection.groups.size === 0) return;
  namespace.eachBuckets((buckets) => buckets.forEach((bucket) => joinCandidates(selection.groups, bucket)));
}

function deselect(selection: NamespaceSelection, namespace: NamespacePlace): void {
  selection.namespaces.delete(namespace);
  namespace.selectedBy.delete(selection);
  const leave = (bucket: Bucket): void =>
    selection.groups.eachCandidate(bucket, (group) => {
      if (group.selects(bucket)) group.leave(bucket);
    });
  namespace.eachBuckets((buckets: Buckets) => buckets.forEach(leave));
}

function joinCandidates(groups: PlaceGroups, bucket: Bucket): void {
  if (groups.size === 0) return;
  groups.eachCandidate(bucket, (group) => {
    if (group.selects(bucket)) group.join(bucket);
  });
}

function joinMatching(group: Membership, namespace: NamespacePlace): void {
  namespace.buckets(kindOf(group.selector)).eachCandidate(group, (bucket) => {
    if (group.selects(bucket)) group.join(bucket);
  });
}
