import type { GroupMember } from '@antrea-ts/apis';
import type { Entity } from './entity.js';
import type { Membership, MembershipListener } from './membership-index.js';

/** Nodes that need an object. The same set object means the same Nodes: it is made anew when they change. */
export type Span = ReadonlySet<string>;

export const emptySpan: Span = new Set();

/** A member and the Node that it is on, where the group has Nodes. */
export interface PlacedMember {
  readonly member: GroupMember;
  readonly node: string | undefined;
}

/** What came and went in a group since the last time that was asked. */
export interface MemberChanges {
  readonly added: readonly PlacedMember[];
  readonly removed: readonly PlacedMember[];
}

/**
 * An AppliedToGroup (`targets`: what a Node enforces rules on) or an AddressGroup (`peers`: addresses). Members are
 * those of its sources, each once; they are kept there, and here only what changed.
 */
export class ComputedGroup implements MembershipListener<Entity> {
  readonly name: string;
  readonly uid: string;
  readonly role: 'targets' | 'peers';
  #sources: readonly Membership<Entity>[] = [];
  /** What a member was at the last `takeChanges`; absent in there: it has not changed. */
  #before: Map<string, Entity | undefined> | undefined;
  /** With several sources: what they have together. */
  #joined: Map<string, Entity> | undefined;
  #nodes: Map<string, number> | undefined;
  #span: Span = emptySpan;
  #spanChanged = false;
  readonly #onChange: () => void;

  constructor(identity: Pick<ComputedGroup, 'name' | 'uid' | 'role'>, onChange: () => void) {
    this.name = identity.name;
    this.uid = identity.uid;
    this.role = identity.role;
    this.#onChange = onChange;
  }

  /** Nodes of the members; empty for peers, whose Nodes are those of the policies that name them. */
  get span(): Span {
    if (this.#spanChanged) {
      this.#span = this.#nodes?.size ? new Set(this.#nodes.keys()) : emptySpan;
      this.#spanChanged = false;
    }
    return this.#span;
  }

  get sources(): readonly Membership<Entity>[] {
    return this.#sources;
  }

  /** Takes members from elsewhere from now on. */
  setSources(sources: readonly Membership<Entity>[]): void {
    if (sources.length === this.#sources.length && sources.every((source) => this.#sources.includes(source))) return;
    const before = this.#sources.length > 0 ? new Map(this.#entities()) : undefined;
    for (const source of this.#sources) source.unsubscribe(this);
    this.#sources = sources;
    for (const source of sources) source.subscribe(this);
    this.#joined = sources.length > 1 ? new Map(this.#entities()) : undefined;
    for (const [key, entity] of this.#entities()) {
      this.#note(key, before?.get(key), entity);
      before?.delete(key);
    }
    for (const [key, entity] of before ?? []) this.#note(key, entity, undefined);
  }

  close(): void {
    this.setSources([]);
  }

  *members(): Iterable<PlacedMember> {
    for (const [, entity] of this.#entities()) yield this.#placed(entity);
  }

  takeChanges(): MemberChanges {
    const added: PlacedMember[] = [];
    const removed: PlacedMember[] = [];
    for (const [key, before] of this.#before ?? []) {
      const now = this.#find(key);
      if (this.#same(before, now)) continue;
      if (before && this.#has(before)) removed.push(this.#placed(before));
      if (now && this.#has(now)) added.push(this.#placed(now));
    }
    this.#before = undefined;
    return { added, removed };
  }

  /** Each entity that is a member, once, however many sources have it. */
  *#entities(): Iterable<readonly [string, Entity]> {
    if (this.#sources.length === 1) {
      for (const entry of this.#sources[0]!.members()) if (this.#has(entry[1])) yield entry;
      return;
    }
    const seen = new Set<string>();
    for (const source of this.#sources) {
      for (const entry of source.members()) {
        if (!this.#has(entry[1]) || seen.has(entry[0])) continue;
        seen.add(entry[0]);
        yield entry;
      }
    }
  }

  #find(key: string): Entity | undefined {
    for (const source of this.#sources) {
      const found = source.get(key);
      if (found) return found;
    }
    return undefined;
  }

  /** Of several sources each tells its own part: what counts is whether one of them has it. */
  memberChanged(key: string, before: Entity | undefined, after: Entity | undefined): void {
    if (!this.#joined) return this.#note(key, before, after);
    const now = this.#find(key);
    this.#note(key, this.#joined.get(key), now);
    if (now) this.#joined.set(key, now);
    else this.#joined.delete(key);
  }

  #note(key: string, before: Entity | undefined, after: Entity | undefined): void {
    if (this.#same(before, after)) return;
    this.#before ??= new Map();
    if (!this.#before.has(key)) this.#before.set(key, before);
    if (this.role === 'targets') {
      if (before?.node !== undefined) this.#count(before.node, -1);
      if (after?.node !== undefined) this.#count(after.node, 1);
    }
    this.#onChange();
  }

  #count(node: string, by: 1 | -1): void {
    this.#nodes ??= new Map();
    const count = (this.#nodes.get(node) ?? 0) + by;
    if (count === 0) this.#nodes.delete(node);
    else this.#nodes.set(node, count);
    if (count === 0 || (count === 1 && by === 1)) this.#spanChanged = true;
  }

  #has(entity: Entity): boolean {
    return this.role === 'targets' ? entity.node !== undefined : entity.isPeer;
  }

  #same(a: Entity | undefined, b: Entity | undefined): boolean {
    const [x, y] = [a && this.#has(a) ? a : undefined, b && this.#has(b) ? b : undefined];
    return x === y || (x !== undefined && y !== undefined && x.identity === y.identity);
  }

  #placed({ member, node }: Entity): PlacedMember {
    return { member, node: this.role === 'targets' ? node : undefined };
  }
}
