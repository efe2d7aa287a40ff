import { ComputedGroup, type GroupIdentity, type GroupRole } from './computed-group.js';
import type { Entity } from './entity.js';
import { groupName, type Sha1 } from './group-name.js';
import type { GroupSelector } from './group-selector.js';
import type { Membership } from './membership.js';
import type { MembershipIndex } from './membership-index.js';

/** AppliedToGroups and AddressGroups that policies name. They exist as long as one does. */
export class GroupRegistry<U> {
  readonly #index: MembershipIndex<Entity>;
  readonly #sha1: Sha1;
  readonly #onChange: (group: ComputedGroup<U>) => void;
  readonly #ofSelectors = {
    targets: new Map<Membership<Entity>, ComputedGroup<U>>(),
    peers: new Map<Membership<Entity>, ComputedGroup<U>>(),
  };
  readonly #ofClusterGroups = {
    targets: new Map<string, ComputedGroup<U>>(),
    peers: new Map<string, ComputedGroup<U>>(),
  };

  constructor(modules: {
    readonly index: MembershipIndex<Entity>;
    readonly sha1: Sha1;
    readonly onChange: (group: ComputedGroup<U>) => void;
  }) {
    this.#index = modules.index;
    this.#sha1 = modules.sha1;
    this.#onChange = modules.onChange;
  }

  count(role: GroupRole): number {
    return this.#ofSelectors[role].size + this.#ofClusterGroups[role].size;
  }

  /** The groups of a role that an object is in. */
  groupsWith(role: GroupRole, key: string): ComputedGroup<U>[] {
    const found: ComputedGroup<U>[] = [];
    for (const membership of this.#index.get(key)?.bucket.groups ?? []) {
      const group = this.#ofSelectors[role].get(membership);
      if (group) found.push(group);
    }
    for (const group of this.#ofClusterGroups[role].values()) {
      if (group.sources.some((source) => source.get(key) !== undefined)) found.push(group);
    }
    return found;
  }

  /** The group of a selector; made if nobody has asked for it before. */
  ofSelector(role: GroupRole, selector: GroupSelector): ComputedGroup<U> {
    const membership = this.#index.group(selector);
    const known = this.#ofSelectors[role].get(membership);
    if (known) return known;
    if (membership.name === '') membership.name = groupName(selector.text, this.#sha1);
    const { name } = membership;
    const group = this.#create({ name, uid: name, role }, [membership]);
    this.#ofSelectors[role].set(membership, group);
    return group;
  }

  /** A ClusterGroup in a role, under its own name. */
  ofClusterGroup(
    role: GroupRole,
    identity: { readonly name: string; readonly uid: string },
    selectors: readonly GroupSelector[],
  ): ComputedGroup<U> {
    const groups = this.#ofClusterGroups[role];
    const known = groups.get(identity.name);
    if (known?.uid === identity.uid) return known;
    // Deleted and made anew under the same name: another group.
    if (known) this.#remove(known);
    const group = this.#create({ ...identity, role }, this.#memberships(selectors));
    groups.set(identity.name, group);
    return group;
  }

  /** A ClusterGroup that is in use in a role. */
  clusterGroup(role: GroupRole, name: string): ComputedGroup<U> | undefined {
    return this.#ofClusterGroups[role].get(name);
  }

  /** Whether a group is in use, or another one in its place, or none. */
  has(group: ComputedGroup<U>): boolean {
    const { role, name, sources } = group;
    const [source] = sources;
    return (
      this.#ofClusterGroups[role].get(name) === group ||
      (source !== undefined && this.#ofSelectors[role].get(source) === group)
    );
  }

  /** The selectors of a ClusterGroup changed. */
  setSelectors(group: ComputedGroup<U>, selectors: readonly GroupSelector[]): void {
    const before = group.sources;
    group.setSources(this.#memberships(selectors));
    for (const membership of before) this.#index.release(membership);
  }

  /** One user less; the group goes with the last. */
  release(group: ComputedGroup<U>, user: U): void {
    group.users.delete(user);
    if (group.users.size === 0) this.#remove(group);
  }

  #create(identity: GroupIdentity, sources: readonly Membership<Entity>[]): ComputedGroup<U> {
    const group = new ComputedGroup<U>(identity, this.#onChange);
    group.setSources(sources);
    this.#onChange(group);
    return group;
  }

  #remove(group: ComputedGroup<U>): void {
    const { role, name, sources } = group;
    if (this.#ofClusterGroups[role].get(name) === group) this.#ofClusterGroups[role].delete(name);
    else
      for (const source of sources)
        if (this.#ofSelectors[role].get(source) === group) this.#ofSelectors[role].delete(source);
    group.close();
    for (const membership of sources) this.#index.release(membership);
  }

  #memberships(selectors: readonly GroupSelector[]): Membership<Entity>[] {
    return [...new Set(selectors.map((selector) => this.#index.group(selector)))];
  }
}
