import type { GroupMember } from '@antrea-ts/apis';
import type { ComputedGroup } from './computed-group.js';
import type { PlacedMember } from './entity.js';
import { sameSpan, type Span } from './spans.js';
import type { GroupChange, GroupView } from './views.js';

/** What differs in groups of one role that may have changed, from what was told of them. */
export function takeGroupChanges(
  changed: readonly ComputedGroup[],
  spanOf: (group: ComputedGroup) => Span,
): GroupChange[] {
  const changes: GroupChange[] = [];
  // Those that are gone first: another group may have come under the same name.
  for (const group of changed) {
    if (!group.isClosed || !group.told) continue;
    changes.push({ before: group.told });
    group.told = undefined;
  }
  for (const group of changed) {
    if (group.isClosed) continue;
    const before = group.told;
    const span = spanOf(group);
    if (!before) {
      group.told = new ToldGroup(group, span);
      changes.push({ after: group.told });
      continue;
    }
    const members = group.takeChanges();
    const isSameSpan = sameSpan(before.span, span);
    if (isSameSpan && members.added.length + members.removed.length === 0) continue;
    group.told = new ToldGroup(group, isSameSpan ? before.span : span);
    changes.push({ before, after: group.told, members });
  }
  return changes;
}

class ToldGroup implements GroupView {
  readonly span: Span;
  readonly #group: ComputedGroup;

  constructor(group: ComputedGroup, span: Span) {
    this.#group = group;
    this.span = span;
  }

  get name(): string {
    return this.#group.name;
  }

  get uid(): string {
    return this.#group.uid;
  }

  members(): readonly PlacedMember[] {
    return this.#group.members();
  }

  wireMembers(node?: string): readonly GroupMember[] {
    return this.#group.wireMembers(node);
  }
}
