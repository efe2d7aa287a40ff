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
  // Those that are gone first: another group may have come under the same name.
  const gone: GroupChange[] = [];
  const changes: GroupChange[] = [];
  changed.forEach((group) => {
    const change = group.isClosed ? takeEnd(group) : takeChange(group, spanOf(group));
    if (change) (group.isClosed ? gone : changes).push(change);
  });
  return gone.length > 0 ? [...gone, ...changes] : changes;
}

function takeEnd(group: ComputedGroup): GroupChange | undefined {
  const before = group.told;
  group.told = undefined;
  return before && { before };
}

function takeChange(group: ComputedGroup, span: Span): GroupChange | undefined {
  const before = group.told;
  if (!before) {
    group.told = new ToldGroup(group, span);
    return { after: group.told };
  }
  const members = group.takeChanges();
  const isSameSpan = sameSpan(before.span, span);
  if (isSameSpan && members.added.length + members.removed.length === 0) return undefined;
  group.told = new ToldGroup(group, isSameSpan ? before.span : span);
  return { before, after: group.told, members };
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
