import type { GroupMember } from '@antrea-ts/apis';
import { sameMember, type Entity, type PlacedMember } from './entity.js';
import type { Membership } from './membership.js';
import type { PolicyNode } from './policy-node.js';
import { SmallSet } from './small-set.js';
import { emptySpan, sameSpan, type Span } from './spans.js';
import type { GroupView } from './views.js';

/** What came and went in a group since the last time that was asked. */
export interface MemberChanges {
  readonly added: readonly PlacedMember[];
  readonly removed: readonly PlacedMember[];
}

/** What a group is for: rules are enforced on its members, or name them as the other side. */
export type GroupRole = 'targets' | 'peers';

export interface GroupIdentity {
  readonly name: string;
  readonly uid: string;
  readonly role: GroupRole;
}

const noSources: readonly Membership[] = [];
const noEntities: ReadonlyMap<string, Entity> = new Map();

/** Of larger groups it is counted who is on which Node; smaller ones are looked through. */
const maxUncounted = 64;

/**
 * An AppliedToGroup (`targets`: what a Node enforces rules on) or an AddressGroup (`peers`: addresses), and its users.
 * Members are those of its sources, each once; they are kept there, and here only what changed since it was told.
 */
export class ComputedGroup {
  readonly name: string;
  readonly uid: string;
  readonly role: GroupRole;
  readonly users = new SmallSet<PolicyNode>();
  /** What was told of it last. While it is undefined, changes need not be remembered. */
  told: GroupView | undefined = undefined;
  /** Whether it is among those that may differ from what was told. */
  isChanged = false;
  /** Nobody needs it any more; another group may have come under its name. */
  isClosed = false;
  #sources: readonly Membership[] = noSources;
  readonly #onChange: (group: ComputedGroup) => void;
  /** What a member was when it was told last; absent in there: it has not changed. */
  #before: Map<string, Entity | undefined> | undefined = undefined;
  /** With several sources: what they have together. */
  #joined: Map<string, Entity> | undefined = undefined;
  #nodes: Map<string, number> | undefined = undefined;
  /** Of larger groups, until something changes: agents that come back at once ask each for their own members. */
  #byNode: ReadonlyMap<string, GroupMember[]> | undefined = undefined;
  #span: Span = emptySpan;
  #spanChanged = false;

  constructor({ name, uid, role }: GroupIdentity, onChange: (group: ComputedGroup) => void) {
    this.name = name;
    this.uid = uid;
    this.role = role;
    this.#onChange = onChange;
  }

  /** Nodes of the members; empty for peers, whose Nodes are those of the policies that name them. */
  get span(): Span {
    if (this.#spanChanged) {
      const span = this.#computeSpan();
      if (!sameSpan(span, this.#span)) this.#span = span;
      this.#spanChanged = false;
    }
    return this.#span;
  }

  get sources(): readonly Membership[] {
    return this.#sources;
  }

  /** Takes members from elsewhere from now on. */
  setSources(sources: readonly Membership[]): void {
    const before = this.#sources;
    if (sources.length === before.length && sources.every((source) => before.includes(source))) return;
    const left = before.length > 0 ? this.#entities() : noEntities;
    before.forEach((source) => source.unfollow(this));
    this.#sources = sources;
    sources.forEach((source) => source.follow(this));
    this.#joined = undefined;
    this.#nodes = undefined;
    this.#byNode = undefined;
    if (this.told || sources.length > 1) {
      const entered = this.#entities();
      for (const [key, entity] of left) this.#note(key, entity, entered.get(key));
      for (const [key, entity] of entered) if (!left.has(key)) this.#note(key, undefined, entity);
      if (sources.length > 1) this.#joined = entered;
    }
    this.#spanChanged = this.role === 'targets';
    this.#onChange(this);
  }

  close(): void {
    for (const source of this.#sources) source.unfollow(this);
    this.#sources = noSources;
    this.isClosed = true;
    this.#onChange(this);
  }

  members(): PlacedMember[] {
    return this.#list((entity) => entity);
  }

  /** As agents are told of them; on one Node, or wherever they are. */
  wireMembers(node: string | undefined): readonly GroupMember[] {
    if (node === undefined) return this.#list(({ member }) => member);
    if (this.#mostMembers() > maxUncounted) return (this.#byNode ??= this.#membersByNode()).get(node) ?? [];
    return this.#list((entity) => (entity.node === node ? entity.member : undefined));
  }

  #membersByNode(): ReadonlyMap<string, GroupMember[]> {
    const byNode = new Map<string, GroupMember[]>();
    this.#forEach((_, { node = '', member }) => {
      const members = byNode.get(node);
      if (members) members.push(member);
      else byNode.set(node, [member]);
    });
    return byNode;
  }

  takeChanges(): MemberChanges {
    const added: PlacedMember[] = [];
    const removed: PlacedMember[] = [];
    for (const [key, before] of this.#before ?? []) {
      const now = this.#find(key);
      if (this.#same(before, now)) continue;
      if (before && this.#has(before)) removed.push(before);
      if (now && this.#has(now)) added.push(now);
    }
    this.#before = undefined;
    return { added, removed };
  }

  /** Of several sources each tells its own part: what counts is whether one of them has it. */
  memberChanged(key: string, before: Entity | undefined, after: Entity | undefined): void {
    if (this.#sources.length === 1) return this.#note(key, before, after);
    const was = this.#joined?.get(key);
    const now = this.#find(key);
    if (now) this.#joined?.set(key, now);
    else this.#joined?.delete(key);
    this.#note(key, was, now);
  }

  #note(key: string, before: Entity | undefined, after: Entity | undefined): void {
    this.#byNode = undefined;
    if (this.#same(before, after)) return;
    if (this.told) {
      this.#before ??= new Map();
      if (!this.#before.has(key)) this.#before.set(key, before);
    }
    if (this.role === 'targets' && before?.node !== after?.node) {
      if (before?.node !== undefined) this.#count(before.node, -1);
      if (after?.node !== undefined) this.#count(after.node, 1);
    }
    this.#onChange(this);
  }

  #count(node: string, by: 1 | -1): void {
    if (!this.#nodes) {
      this.#spanChanged = true;
      return;
    }
    const count = (this.#nodes.get(node) ?? 0) + by;
    if (count === 0) this.#nodes.delete(node);
    else this.#nodes.set(node, count);
    if (count === 0 || (count === 1 && by === 1)) this.#spanChanged = true;
  }

  #computeSpan(): Span {
    if (!this.#nodes && this.#mostMembers() > maxUncounted) {
      const counts = new Map<string, number>();
      this.#forEach((_, { node = '' }) => counts.set(node, (counts.get(node) ?? 0) + 1));
      this.#nodes = counts;
    }
    if (this.#nodes) return SmallSet.of(this.#nodes.keys());
    const nodes = new SmallSet<string>();
    this.#forEach((_, { node = '' }) => nodes.add(node));
    return nodes.size === 0 ? emptySpan : nodes;
  }

  #list<T>(take: (entity: Entity) => T | undefined): T[] {
    // Of full length at once: an array that grows takes room for sixteen more, and most groups are small.
    // oxlint-disable-next-line unicorn/no-new-array -- the length is meant; `Array.from` fills it one by one
    const list = new Array<T>(this.#mostMembers());
    let count = 0;
    this.#forEach((_, entity) => {
      const taken = take(entity);
      if (taken !== undefined) list[count++] = taken;
    });
    list.length = count;
    return list;
  }

  /** Those of its sources; not each of them is a member. */
  #mostMembers(): number {
    return this.#sources.reduce((sum, { size }) => sum + size, 0);
  }

  #entities(): Map<string, Entity> {
    const entities = new Map<string, Entity>();
    this.#forEach((key, entity) => entities.set(key, entity));
    return entities;
  }

  /** Each entity that is a member, once, however many sources have it. */
  #forEach(take: (key: string, entity: Entity) => void): void {
    const seen = this.#sources.length > 1 ? new Set<string>() : undefined;
    for (const source of this.#sources) {
      source.forEach((key, entity) => {
        if (!this.#has(entity) || seen?.has(key)) return;
        seen?.add(key);
        take(key, entity);
      });
    }
  }

  #find(key: string): Entity | undefined {
    for (const source of this.#sources) {
      const found = source.get(key);
      if (found) return found;
    }
    return undefined;
  }

  #has(entity: Entity): boolean {
    return this.role === 'targets' ? entity.node !== undefined : entity.isPeer;
  }

  /** Peers are the same on every Node: as another member of the same text one would come, and go with the old one. */
  #same(a: Entity | undefined, b: Entity | undefined): boolean {
    const [x, y] = [a && this.#has(a) ? a : undefined, b && this.#has(b) ? b : undefined];
    if (!x || !y) return x === y;
    return sameMember(x, y) && (this.role === 'peers' || x.node === y.node);
  }
}
