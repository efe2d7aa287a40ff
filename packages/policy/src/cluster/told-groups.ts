import type { Span } from './computed-group.js';
import type { GroupRegistry, GroupRole } from './group-registry.js';
import type { PolicyNode, UsedGroup } from './policy-node.js';
import { sameSpan } from './spans.js';
import type { GroupChange, GroupView } from './views.js';

/** Groups as they were told last, against which the next changes are found. */
export class ToldGroups {
  readonly #role: GroupRole;
  readonly #registry: GroupRegistry<PolicyNode>;
  readonly #told = new Map<string, { readonly used: UsedGroup; readonly view: GroupView }>();

  constructor(role: GroupRole, registry: GroupRegistry<PolicyNode>) {
    this.#role = role;
    this.#registry = registry;
  }

  /** What differs in those of the changed groups that have this role. */
  take(changed: ReadonlySet<UsedGroup>, spanOf: (group: UsedGroup) => Span): GroupChange[] {
    const names = new Set<string>();
    for (const { group } of changed) if (group.role === this.#role) names.add(group.name);
    const changes: GroupChange[] = [];
    for (const name of names) this.#takeOne(name, spanOf, changes);
    return changes;
  }

  #takeOne(name: string, spanOf: (group: UsedGroup) => Span, changes: GroupChange[]): void {
    const used = this.#registry.get(this.#role, name);
    const told = this.#told.get(name);
    if (!used) {
      this.#told.delete(name);
      if (told) changes.push({ before: told.view });
      return;
    }
    const members = used.group.takeChanges();
    const before = told?.used === used ? told.view : undefined;
    const span = spanOf(used);
    const isSameSpan = before !== undefined && sameSpan(before.span, span);
    if (isSameSpan && members.added.length + members.removed.length === 0) return;
    const { uid } = used.group;
    const after = { name, uid, span: isSameSpan ? before.span : span, members: () => used.group.members() };
    this.#told.set(name, { used, view: after });
    if (before) {
      changes.push({ before, after, members });
      return;
    }
    // Another group under the same name: the old one goes first.
    if (told) changes.push({ before: told.view });
    changes.push({ after });
  }
}
