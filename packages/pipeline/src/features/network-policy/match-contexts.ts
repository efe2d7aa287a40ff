import type { Action, Flow, Instruction } from '@antrea-ts/openflow';
import type { MatchPart } from './match-part.js';

/** That a conjunction's clause is met; one object per rule and clause, shared by all its flows. */
export interface ClauseAction {
  readonly id: number;
  readonly action: Action;
  /** The instructions of a flow that says nothing else. */
  readonly alone: readonly Instruction[];
}

export function clauseAction(id: number, clause: number, clauses: number): ClauseAction {
  const action: Action = { kind: 'conjunction', id, clause, clauses };
  return { id, action, alone: [{ kind: 'apply_actions', actions: [action] }] };
}

interface MatchContext {
  readonly at: Level;
  readonly part: MatchPart;
  /** Most matches serve one rule: a map is made for more. */
  only: ClauseAction | undefined;
  more: Map<number, ClauseAction> | undefined;
  changed: boolean;
}

interface Level {
  readonly table: number;
  readonly priority: number;
  readonly prefix: string;
  readonly contexts: Map<string, MatchContext>;
}

/**
 * Conjunctive match flows, shared by rules: a switch has one flow per table, priority and match, with the clauses of
 * all rules in it. Remembers which flows changed since they were asked for last.
 */
export class MatchContexts {
  readonly #cookie: bigint;
  readonly #levels = new Map<number, Level>();
  #changed: MatchContext[] = [];

  constructor(flowCookie: bigint) {
    this.#cookie = flowCookie;
  }

  addAll(table: number, priority: number, parts: Iterable<MatchPart>, clause: ClauseAction): void {
    const level = this.#level(table, priority);
    for (const part of parts) this.#add(level, part, clause);
  }

  removeAll(table: number, priority: number, parts: Iterable<MatchPart>, clause: ClauseAction): void {
    const contexts = this.#levels.get(levelKey(table, priority))?.contexts;
    if (contexts === undefined) return;
    for (const part of parts) this.#remove(contexts.get(part.key), clause);
  }

  #add(level: Level, part: MatchPart, clause: ClauseAction): void {
    let context = level.contexts.get(part.key);
    if (context === undefined) {
      context = { at: level, part, only: clause, more: undefined, changed: false };
      level.contexts.set(part.key, context);
    } else if (context.more) context.more.set(clause.id, clause);
    else if (context.only === undefined || context.only.id === clause.id) context.only = clause;
    else {
      context.more = new Map([
        [context.only.id, context.only],
        [clause.id, clause],
      ]);
      context.only = undefined;
    }
    this.#mark(context);
  }

  #remove(context: MatchContext | undefined, clause: ClauseAction): void {
    if (context === undefined) return;
    if (context.more) {
      context.more.delete(clause.id);
      if (context.more.size === 1) {
        [context.only] = context.more.values();
        context.more = undefined;
      }
    } else if (context.only?.id === clause.id) context.only = undefined;
    this.#mark(context);
  }

  /** Flows that changed since the last call. */
  takeChanges(): { readonly set: Map<string, Flow>; readonly removed: Set<string> } {
    const set = new Map<string, Flow>();
    const removed = new Set<string>();
    for (const context of this.#changed) {
      context.changed = false;
      const key = keyOf(context);
      if (context.only || context.more) set.set(key, this.#render(context));
      else {
        removed.add(key);
        this.#forget(context);
      }
    }
    this.#changed = [];
    return { set, removed };
  }

  /** Every flow with its key, as of now. */
  *flows(): Generator<readonly [string, Flow]> {
    for (const { contexts } of this.#levels.values()) {
      for (const context of contexts.values()) {
        if (context.only || context.more) yield [keyOf(context), this.#render(context)];
      }
    }
  }

  #mark(context: MatchContext): void {
    if (context.changed) return;
    context.changed = true;
    this.#changed.push(context);
  }

  #render({ at, part, only, more }: MatchContext): Flow {
    return {
      table: at.table,
      priority: at.priority,
      cookie: this.#cookie,
      match: part.match,
      instructions: only ? only.alone : [{ kind: 'apply_actions', actions: inOrder(more) }],
    };
  }

  #forget(context: MatchContext): void {
    const { at, part } = context;
    at.contexts.delete(part.key);
    if (at.contexts.size === 0) this.#levels.delete(levelKey(at.table, at.priority));
  }

  #level(table: number, priority: number): Level {
    const key = levelKey(table, priority);
    let level = this.#levels.get(key);
    if (level === undefined) {
      level = { table, priority, prefix: `${table}/${priority}/`, contexts: new Map() };
      this.#levels.set(key, level);
    }
    return level;
  }
}

/** By id: the same rules give the same flow, in whatever order they came. */
function inOrder(clauses: ReadonlyMap<number, ClauseAction> | undefined): Action[] {
  return [...(clauses?.values() ?? [])].sort((a, b) => a.id - b.id).map(({ action }) => action);
}

function keyOf({ at, part }: MatchContext): string {
  return at.prefix + part.key;
}

function levelKey(table: number, priority: number): number {
  return table * 0x10000 + priority;
}
