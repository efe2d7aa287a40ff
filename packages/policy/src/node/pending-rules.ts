import type { CompletedRule, RuleChanges, RuleMember, RulePatch } from './completed-rule.js';
import type { GroupDelta } from './group-store.js';

/** Lists of lists: most patches are one group's, and hold the group's own lists. */
interface Patch {
  readonly targets: GroupDelta[];
  readonly members: GroupDelta[];
}

/** What is to be told of rules, against what was told before. */
export class PendingRules {
  readonly #told = new Set<string>();
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #patches = new Map<string, Patch>();

  add(id: string): void {
    this.#removed.delete(id);
    this.#added.add(id);
  }

  remove(id: string): void {
    this.#added.delete(id);
    this.#patches.delete(id);
    if (this.#told.has(id)) this.#removed.add(id);
  }

  patch(id: string, side: 'targets' | 'members', delta: GroupDelta): void {
    // Will be told whole.
    if (this.#added.has(id)) return;
    const patch = this.#patches.get(id) ?? { targets: [], members: [] };
    patch[side].push(delta);
    this.#patches.set(id, patch);
  }

  take(whole: (id: string) => CompletedRule): RuleChanges {
    const changes: RuleChanges = {
      added: [...this.#added].map(whole),
      patched: [...this.#patches].map(toRulePatch),
      removed: [...this.#removed],
    };
    for (const id of this.#added) this.#told.add(id);
    for (const id of this.#removed) this.#told.delete(id);
    this.#added.clear();
    this.#removed.clear();
    this.#patches.clear();
    return changes;
  }
}

function toRulePatch([id, { targets, members }]: readonly [string, Patch]): RulePatch {
  return {
    id,
    addedTargets: joined(targets.map(({ added }) => added)),
    removedTargets: joined(targets.map(({ removed }) => removed)),
    addedMembers: joined(members.map(({ added }) => added)),
    removedMembers: joined(members.map(({ removed }) => removed)),
  };
}

function joined(lists: readonly (readonly RuleMember[])[]): readonly RuleMember[] {
  const [only = [], ...others] = lists;
  return others.length === 0 ? only : lists.flat();
}
