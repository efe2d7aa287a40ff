import { NodeIndex } from './node-index.js';
import { Watcher, type WatcherLimits } from './watcher.js';

/** Names of Nodes: a Set, or what is alike. */
export interface Span extends Iterable<string> {
  readonly size: number;
  has(node: string): boolean;
}

/** A computed object. `span` names the Nodes that need it; undefined while it is not computed. */
export interface Spanned {
  readonly name: string;
  readonly span: Span | undefined;
}

/** What became of an object; one of `before` and `after` may be absent. Subtypes carry what differs between them. */
export interface StoreChange<T> {
  readonly before?: T;
  readonly after?: T;
}

/** A change of an object that was there and is still. */
export type Modification<C extends StoreChange<unknown>> = C & Required<Pick<C, 'before' | 'after'>>;

/**
 * How objects of one kind are told to watchers, as the JSON object of an event. `node` is the watcher's Node; a kind
 * that is the same for all Nodes ignores it, and says so: then an event is encoded once for all.
 */
export interface WatchedKind<T, C extends StoreChange<T>> {
  /** Whether what a watcher is told depends on its Node. */
  readonly perNode: boolean;
  full(object: T, node: string | undefined): object;
  /** What changed; undefined if nothing did for this Node. */
  modified(change: Modification<C>, node: string | undefined): object | undefined;
  deleted(object: T): object;
  /** The empty object of the bookmark that ends the initial events. */
  empty(): object;
}

/** Which objects: those whose span has the Node, or the one of that name. */
export interface WatchSelection {
  readonly nodeName?: string | undefined;
  readonly name?: string | undefined;
}

interface Watching {
  readonly selection: WatchSelection;
  readonly watcher: Watcher;
}

/**
 * Objects of one kind and those who watch them, as `controlplane.antrea.io` has it: present objects as ADDED, one
 * BOOKMARK, then changes, each told in the terms of the watcher's selection (Antrea 1.3, watch semantics).
 */
export class WatchStore<T extends Spanned, C extends StoreChange<T> = StoreChange<T>> {
  readonly #kind: WatchedKind<T, C>;
  readonly #limits: WatcherLimits | undefined;
  readonly #objects = new Map<string, T>();
  readonly #byNode = new NodeIndex();
  /** By Node; the empty name has those who watch all. */
  readonly #watchings = new Map<string, Set<Watching>>();
  readonly #encodedFull = new WeakMap<T, string>();

  constructor(kind: WatchedKind<T, C>, limits?: WatcherLimits) {
    this.#kind = kind;
    this.#limits = limits;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** How many watch. */
  get watchers(): number {
    let count = 0;
    for (const group of this.#watchings.values()) count += group.size;
    return count;
  }

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  /** Takes changes over and tells those whom they concern. */
  apply(changes: Iterable<C>): void {
    for (const change of changes) this.#apply(change);
  }

  /** Begins a watch, until its reader or the store ends it. */
  watch(selection: WatchSelection): Watcher {
    const watcher = new Watcher(this.#initialEvents(selection), this.#limits);
    const group = selection.nodeName ?? '';
    const watchings = this.#watchings.get(group) ?? new Set();
    this.#watchings.set(group, watchings);
    const watching = { selection, watcher };
    watchings.add(watching);
    watcher.ended.addEventListener('abort', () => this.#forget(group, watching), { once: true });
    return watcher;
  }

  /** Ends all watches, as when the server stops. */
  close(): void {
    for (const watchings of this.#watchings.values()) for (const { watcher } of watchings) watcher.end();
  }

  #forget(group: string, watching: Watching): void {
    const watchings = this.#watchings.get(group);
    watchings?.delete(watching);
    if (watchings?.size === 0) this.#watchings.delete(group);
  }

  /** Encoded at once: what members a group has is only known of now. */
  #initialEvents(selection: WatchSelection): string[] {
    const lines: string[] = [];
    for (const object of this.#candidates(selection)) {
      if (isSelected(object, selection)) lines.push(this.#added(object, selection.nodeName));
    }
    lines.push(event('BOOKMARK', this.#kind.empty()));
    return lines;
  }

  /** All that may be selected; not each of them is. */
  *#candidates({ name, nodeName }: WatchSelection): Iterable<T> {
    if (name === undefined && nodeName === undefined) {
      yield* this.#objects.values();
      return;
    }
    const names = name === undefined ? this.#byNode.of(nodeName!, this.#objects.values()) : [name];
    for (const each of names) {
      const object = this.#objects.get(each);
      if (object) yield object;
    }
  }

  #apply(change: C): void {
    const { before, after } = change;
    const name = (after ?? before)?.name;
    if (name === undefined) return;
    this.#byNode.changed(this.#objects.get(name), after);
    if (after) this.#objects.set(name, after);
    else this.#objects.delete(name);
    if (this.#watchings.size > 0) this.#tell(change);
  }

  #tell(change: C): void {
    const { before, after } = change;
    const modified = this.#modifiedFor(change);
    for (const { selection, watcher } of this.#concerned(before, after)) {
      const was = before !== undefined && isSelected(before, selection);
      const is = after !== undefined && isSelected(after, selection);
      if (was && is) {
        const line = modified(selection.nodeName);
        if (line !== undefined) watcher.push(line);
      } else if (is) watcher.push(this.#added(after, selection.nodeName));
      else if (was) watcher.push(event('DELETED', this.#kind.deleted(before)));
    }
  }

  /** Those who watch all, and those of the Nodes in either span: the others need not be asked. */
  *#concerned(before: T | undefined, after: T | undefined): Iterable<Watching> {
    yield* this.#watchings.get('') ?? [];
    const [was, is] = [before?.span ?? nowhere, after?.span ?? nowhere];
    if (was.size + is.size <= this.#watchings.size) {
      for (const node of was) yield* this.#watchings.get(node) ?? [];
      if (is !== was) for (const node of is) if (!was.has(node)) yield* this.#watchings.get(node) ?? [];
    } else {
      for (const [node, watchings] of this.#watchings) {
        if (node !== '' && (was.has(node) || is.has(node))) yield* watchings;
      }
    }
  }

  /** Encodes when the first watcher needs it, and once for all where Nodes do not differ. */
  #modifiedFor(change: C): (node: string | undefined) => string | undefined {
    const encode = (node: string | undefined): string | undefined => {
      if (!isModification(change)) return undefined;
      const object = this.#kind.modified(change, node);
      return object && event('MODIFIED', object);
    };
    if (this.#kind.perNode) return encode;
    let encoded: { readonly line: string | undefined } | undefined;
    return () => (encoded ??= { line: encode(undefined) }).line;
  }

  #added(object: T, node: string | undefined): string {
    if (this.#kind.perNode) return event('ADDED', this.#kind.full(object, node));
    const known = this.#encodedFull.get(object);
    if (known !== undefined) return known;
    const line = event('ADDED', this.#kind.full(object, undefined));
    this.#encodedFull.set(object, line);
    return line;
  }
}

const nowhere: Span = new Set();

function isModification<C extends StoreChange<unknown>>(change: C): change is Modification<C> {
  return change.before !== undefined && change.after !== undefined;
}

function isSelected({ name, span }: Spanned, selection: WatchSelection): boolean {
  if (selection.name !== undefined && selection.name !== name) return false;
  return selection.nodeName === undefined || span?.has(selection.nodeName) === true;
}

function event(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK', object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
