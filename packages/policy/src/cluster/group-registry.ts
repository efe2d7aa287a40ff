import { ComputedGroup } from './computed-group.js';
import type { Entity } from './entity.js';
import { groupName, type Sha1 } from './group-name.js';
import type { EntityKind, GroupSelector } from './group-selector.js';
import type { Membership, MembershipIndex } from './membership-index.js';

export type GroupRole = ComputedGroup['role'];

/** A group of the control plane and who uses it. */
export interface RegisteredGroup<U> {
  readonly group: ComputedGroup;
  readonly users: Set<U>;
  /** Name of the ClusterGroup that it is, if it is one. */
  readonly clusterGroup: string | undefined;
}

/** AppliedToGroups and AddressGroups that policies name. They exist as long as one does. */
export class GroupRegistry<U> {
  readonly #index: MembershipIndex<Entity>;
  readonly #sha1: Sha1;
  readonly #onChange: (group: RegisteredGroup<U>) => void;
  readonly #names = new Map<string, string>();
  readonly #groups: Readonly<Record<GroupRole, Map<string, RegisteredGroup<U>>>> = {
    targets: new Map(),
    peers: new Map(),
  };

  /** Those that are ClusterGroups: few, and not found by a selector's name. */
  readonly #clusterGroups: Readonly<Record<GroupRole, Set<RegisteredGroup<U>>>> = {
    targets: new Set(),
    peers: new Set(),
  };

  constructor(modules: {
    readonly index: MembershipIndex<Entity>;
    readonly sha1: Sha1;
    readonly onChange: (group: RegisteredGroup<U>) => void;
  }) {
    this.#index = modules.index;
    this.#sha1 = modules.sha1;
    this.#onChange = modules.onChange;
  }

  count(role: GroupRole): number {
    return this.#groups[role].size;
  }

  get(role: GroupRole, name: string): RegisteredGroup<U> | undefined {
    return this.#groups[role].get(name);
  }

  all(role: GroupRole): Iterable<RegisteredGroup<U>> {
    return this.#groups[role].values();
  }

  /** The groups of a role that an object is in. */
  groupsWith(role: GroupRole, kind: EntityKind, key: string): RegisteredGroup<U>[] {
    const found = new Set<RegisteredGroup<U>>();
    for (const { selector } of this.#index.groupsOf(kind, key)) {
      const registered = this.#groups[role].get(this.#nameOf(selector.text));
      if (registered) found.add(registered);
    }
    for (const registered of this.#clusterGroups[role]) {
      if (registered.group.sources.some((source) => source.get(key) !== undefined)) found.add(registered);
    }
    return [...found];
  }

  /** The group of a selector; made if nobody has asked for it before. */
  ofSelector(role: GroupRole, selector: GroupSelector): RegisteredGroup<U> {
    const name = this.#nameOf(selector.text);
    const known = this.#groups[role].get(name);
    if (known) return known;
    return this.#add({ name, uid: name, role }, undefined, [selector]);
  }

  /** A ClusterGroup in a role, under its own name. */
  ofClusterGroup(
    role: GroupRole,
    identity: { readonly name: string; readonly uid: string },
    selectors: readonly GroupSelector[],
  ): RegisteredGroup<U> {
    const known = this.#groups[role].get(identity.name);
    if (known?.group.uid === identity.uid) return known;
    // Deleted and made anew under the same name: another group.
    if (known) this.#remove(known);
    return this.#add({ ...identity, role }, identity.name, selectors);
  }

  /** The selectors of a ClusterGroup changed. */
  setSelectors({ group }: RegisteredGroup<U>, selectors: readonly GroupSelector[]): void {
    const before = group.sources;
    group.setSources(this.#memberships(selectors));
    for (const membership of before) this.#index.release(membership);
  }

  /** One user less; the group goes with the last. */
  release(registered: RegisteredGroup<U>, user: U): void {
    registered.users.delete(user);
    if (registered.users.size === 0) this.#remove(registered);
  }

  #add(
    identity: Pick<ComputedGroup, 'name' | 'uid' | 'role'>,
    clusterGroup: string | undefined,
    selectors: readonly GroupSelector[],
  ): RegisteredGroup<U> {
    const registered: RegisteredGroup<U> = {
      group: new ComputedGroup(identity, () => this.#onChange(registered)),
      users: new Set(),
      clusterGroup,
    };
    registered.group.setSources(this.#memberships(selectors));
    this.#groups[identity.role].set(identity.name, registered);
    if (clusterGroup !== undefined) this.#clusterGroups[identity.role].add(registered);
    this.#onChange(registered);
    return registered;
  }

  #remove(registered: RegisteredGroup<U>): void {
    const { group } = registered;
    const { sources } = group;
    group.close();
    this.#clusterGroups[group.role].delete(registered);
    for (const membership of sources) this.#index.release(membership);
    if (this.#groups[group.role].get(group.name) === registered) this.#groups[group.role].delete(group.name);
    this.#onChange(registered);
  }

  #memberships(selectors: readonly GroupSelector[]): Membership<Entity>[] {
    return [...new Set(selectors.map((selector) => this.#index.group(selector)))];
  }

  /** Hashing a text costs more than finding it again. */
  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = groupName(text, this.#sha1);
    if (this.#names.size > maxNames) this.#names.clear();
    this.#names.set(text, name);
    return name;
  }
}

const maxNames = 200_000;
