import type { RuleMember } from './completed-rule.js';
import { field, fields, list, Malformed, name as nameOf, type Fields } from './malformed.js';
import { memberKey, readMember, writeMember } from './read-member.js';

/** Members that came to and went from one group. */
export interface GroupDelta {
  readonly added: readonly RuleMember[];
  readonly removed: readonly RuleMember[];
}

type Group = Map<string, RuleMember>;

/** Members that groups share are read once, and kept as long as a group has them. */
export class MemberPool {
  readonly #members = new Map<string, RuleMember>();
  /** How many groups more than one have a member; most are in one. */
  readonly #more = new Map<string, number>();

  take(value: unknown, key: string): RuleMember {
    const known = this.#members.get(key);
    if (known) {
      this.#more.set(key, (this.#more.get(key) ?? 0) + 1);
      return known;
    }
    const member = readMember(value, key);
    this.#members.set(key, member);
    return member;
  }

  release({ key }: RuleMember): void {
    const more = this.#more.get(key);
    if (more === undefined) this.#members.delete(key);
    else if (more === 1) this.#more.delete(key);
    else this.#more.set(key, more - 1);
  }
}

/** AppliedToGroups or AddressGroups of a Node. Its methods throw `Malformed` and then have changed nothing. */
export class GroupStore {
  readonly #pool: MemberPool;
  readonly #groups = new Map<string, Group>();

  constructor(pool: MemberPool) {
    this.#pool = pool;
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  names(): readonly string[] {
    return [...this.#groups.keys()];
  }

  members(name: string): Iterable<RuleMember> {
    return this.#groups.get(name)?.values() ?? [];
  }

  /** States a group whole. */
  set(value: unknown): { readonly name: string; readonly delta: GroupDelta } {
    const group = fields(value);
    const name = groupName(group);
    const wanted = keyed(group, 'groupMembers');
    const known = this.#groups.get(name);
    const gone: string[] = [];
    for (const key of known?.keys() ?? []) if (!wanted.has(key)) gone.push(key);
    const delta = this.#change(known ?? new Map(), wanted, gone, (changed) => this.#groups.set(name, changed));
    return { name, delta };
  }

  patch(value: unknown): { readonly name: string; readonly delta: GroupDelta } {
    const patch = fields(value);
    const name = groupName(patch);
    const group = this.#groups.get(name);
    if (group === undefined) throw new Malformed('it is not known');
    const added = keyed(patch, 'addedGroupMembers');
    const removed = keyed(patch, 'removedGroupMembers');
    return { name, delta: this.#change(group, added, removed.keys()) };
  }

  /** Undefined for a group that is not known. */
  remove(name: string): GroupDelta | undefined {
    const group = this.#groups.get(name);
    if (group === undefined) return undefined;
    this.#groups.delete(name);
    const removed = [...group.values()];
    for (const member of removed) this.#pool.release(member);
    return { added: [], removed };
  }

  /** The groups as messages, in JSON. */
  *texts(): Generator<string> {
    for (const [name, group] of this.#groups) {
      yield JSON.stringify({ metadata: { name }, groupMembers: Array.from(group.values(), writeMember) });
    }
  }

  #change(
    group: Group,
    wanted: ReadonlyMap<string, unknown>,
    unwanted: Iterable<string>,
    commit: (group: Group) => void = () => undefined,
  ): GroupDelta {
    const added = this.#readNew(wanted, group);
    for (const member of added) group.set(member.key, member);
    const removed: RuleMember[] = [];
    for (const key of unwanted) {
      const member = group.get(key);
      if (member === undefined) continue;
      removed.push(member);
      group.delete(key);
      this.#pool.release(member);
    }
    commit(group);
    return { added, removed };
  }

  /** Those that the group does not have yet; all or none. */
  #readNew(wanted: ReadonlyMap<string, unknown>, group: Group): RuleMember[] {
    const members: RuleMember[] = [];
    try {
      for (const [key, value] of wanted) if (!group.has(key)) members.push(this.#pool.take(value, key));
    } catch (error) {
      for (const member of members) this.#pool.release(member);
      throw error;
    }
    return members;
  }
}

function groupName(group: Fields): string {
  return field(group, 'metadata', (metadata) => field(fields(metadata), 'name', nameOf));
}

function keyed(group: Fields, side: string): Map<string, unknown> {
  const members = new Map<string, unknown>();
  list(group, side, (member) => void members.set(memberKey(member), member));
  return members;
}
