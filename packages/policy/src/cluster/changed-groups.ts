import type { ComputedGroup, GroupRole } from './computed-group.js';

/**
 * Groups that may differ from what was told of them, each once, in the order in which they came. That one is in here is
 * noted in the group: at the beginning it is every group there is, and a Set of them would be the largest of all.
 */
export class ChangedGroups {
  #targets: ComputedGroup[] = [];
  #peers: ComputedGroup[] = [];

  add(group: ComputedGroup): void {
    if (group.isChanged) return;
    group.isChanged = true;
    (group.role === 'targets' ? this.#targets : this.#peers).push(group);
  }

  /** Those of a role, which begins anew. */
  take(role: GroupRole): readonly ComputedGroup[] {
    const taken = role === 'targets' ? this.#targets : this.#peers;
    if (role === 'targets') this.#targets = [];
    else this.#peers = [];
    taken.forEach((group) => (group.isChanged = false));
    return taken;
  }
}
