import { ComputedGroup, type GroupRole } from './computed-group.js';
import { groupName, type Sha1 } from './group-name.js';
import { groupText, type GroupSelector } from './group-selector.js';
import type { Membership } from './membership.js';
import type { MembershipIndex } from './membership-index.js';
import type { PolicyNode } from './policy-node.js';

/** AppliedToGroups and AddressGroups that policies name. They exist as long as one does. */
export class GroupRegistry {
  readonly #index: MembershipIndex;
  readonly #sha1: Sha1;
  readonly #onChange: (group: ComputedGroup) => void;
  readonly #ofClusterGroups = {
    targets: new Map<string, ComputedGroup>(),
    peers: new Map<string, ComputedGroup>(),
  };
  /** How many there are of selectors: each is known to its membership. */
  readonly #selectorCounts = { targets: 0, peers: 0 };

  constructor(modules: {
    readonly index: MembershipIndex;
    readonly sha1: Sha1;
    readonly onChange: (group: ComputedGroup) => void;
  }) {
    this.#index = modules.index;
    this.#sha1 = modules.sha1;
    this.#onChange = modules.onChange;
  }

  count(role: GroupRole): number {
    return this.#selectorCounts[role] + this.#ofClusterGroups[role].size;
  }

  /** The groups of a role that an object is in. */
  groupsWith(role: GroupRole, key: string): ComputedGroup[] {
    const found: ComputedGroup[] = [];
    for (const membership of this.#index.get(key)?.bucket.groups ?? []) {
      const group = membership[role];
      if (group) found.push(group);
    }
    for (const group of this.#ofClusterGroups[role].values()) {
      if (group.sources.some((source) => source.get(key) !== undefined)) found.push(group);
    }
    return found;
  }

  /** The group of a selector; made if nobody has asked for it before. */
  ofSelector(role: GroupRole, selector: GroupSelector): ComputedGroup {
    const membership = this.#index.group(selector);
    const known = membership[role];
    if (known) return known;
    // A selector that is in use in the other role has its name already.
    const name = (membership.targets ?? membership.peers)?.name ?? groupName(groupText(selector), this.#sha1);
    const group = new ComputedGroup({ name, uid: name, role }, this.#onChange);
    membership[role] = group;
    this.#selectorCounts[role] += 1;
    return this.#begin(group, [membership]);
  }

  /** A ClusterGroup in a role, under its own name. */
  ofClusterGroup(
    role: GroupRole,
    identity: { readonly name: string; readonly uid: string },
    selectors: readonly GroupSelector[],
  ): ComputedGroup {
    const groups = this.#ofClusterGroups[role];
    const known = groups.get(identity.name);
    if (known?.uid === identity.uid) return known;
    // Deleted and made anew under the same name: another group.
    if (known) this.#remove(known);
    const group = new ComputedGroup({ ...identity, role }, this.#onChange);
    groups.set(identity.name, group);
    return this.#begin(group, this.#memberships(selectors));
  }

  /** A ClusterGroup that is in use in a role. */
  clusterGroup(role: GroupRole, name: string): ComputedGroup | undefined {
    return this.#ofClusterGroups[role].get(name);
  }

  /** The selectors of a ClusterGroup changed. */
  setSelectors(group: ComputedGroup, selectors: readonly GroupSelector[]): void {
    const before = group.sources;
    group.setSources(this.#memberships(selectors));
    for (const membership of before) this.#index.release(membership);
  }

  /** One user less; the group goes with the last. */
  release(group: ComputedGroup, user: PolicyNode): void {
    group.users.delete(user);
    if (group.users.size === 0) this.#remove(group);
  }

  #begin(group: ComputedGroup, sources: readonly Membership[]): ComputedGroup {
    group.setSources(sources);
    this.#onChange(group);
    return group;
  }

  #remove(group: ComputedGroup): void {
    if (group.isClosed) return;
    const { role, name, sources } = group;
    const [source] = sources;
    if (source?.[role] === group) this.#selectorCounts[role] -= 1;
    else this.#ofClusterGroups[role].delete(name);
    group.close();
    for (const membership of sources) this.#index.release(membership);
  }

  #memberships(selectors: readonly GroupSelector[]): Membership[] {
    return [...new Set(selectors.map((selector) => this.#index.group(selector)))];
  }
}
