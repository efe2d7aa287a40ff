import { keyInTable, type Action, type Flow, type Instruction, type Match } from '@antrea-ts/openflow';
import type { MatchPart } from './match-part.js';

type ConjunctionAction = Extract<Action, { kind: 'conjunction' }>;

/** That a conjunction's clause is met; one object per rule and clause, shared by all its flows. */
export interface ClauseAction {
  readonly id: number;
  readonly action: ConjunctionAction;
  /** The instructions of a flow that says nothing else. */
  readonly alone: readonly Instruction[];
}

export function clauseAction(id: number, clause: number, clauses: number): ClauseAction {
  return ofAction({ kind: 'conjunction', id, clause, clauses });
}

function ofAction(action: ConjunctionAction): ClauseAction {
  return { id: action.id, action, alone: [{ kind: 'apply_actions', actions: [action] }] };
}

/** A flow whose clauses change until `takeChanges`, by conjunction id. */
interface OpenFlow {
  readonly key: string;
  readonly match: Match;
  readonly clauses: Map<number, ClauseAction>;
}

interface Level {
  readonly table: number;
  readonly priority: number;
  /** By the key of the match: a hundred rules may come to one, and its flow's key is not made for each. */
  readonly open: Map<string, OpenFlow>;
}

/**
 * Conjunctive match flows, shared by rules: a switch has one flow per table, priority and match, with the clauses of
 * all rules in it. Remembers which flows changed since they were asked for last.
 *
 * The flow itself is all that is kept of a match: there are a hundred thousand, nearly all for one rule. Its clauses are
 * read back from it where they change, and are apart from it for no longer than a batch takes, in which a hundred rules
 * may come to one match.
 */
export class ClauseFlows {
  readonly #cookie: bigint;
  readonly #flows = new Map<string, Flow>();
  readonly #levels = new Map<number, Level>();
  #set = new Map<string, Flow>();
  #removed = new Set<string>();

  constructor(flowCookie: bigint) {
    this.#cookie = flowCookie;
  }

  addAll(table: number, priority: number, parts: Iterable<MatchPart>, clause: ClauseAction): void {
    const level = this.#level(table, priority);
    for (const part of parts) this.#add(level, part, clause);
  }

  removeAll(table: number, priority: number, parts: Iterable<MatchPart>, clause: ClauseAction): void {
    const level = this.#level(table, priority);
    for (const part of parts) this.#remove(level, part, clause);
  }

  #add(level: Level, part: MatchPart, clause: ClauseAction): void {
    const open = level.open.get(part.key);
    if (open) {
      open.clauses.set(clause.id, clause);
      return;
    }
    const key = keyInTable(level.table, level.priority, part.key);
    const flow = this.#flows.get(key);
    if (flow === undefined) this.#put(key, this.#render(level, part.match, clause.alone));
    else if (!isAlone(flow, clause)) opened(level, part.key, key, flow).set(clause.id, clause);
  }

  #remove(level: Level, part: MatchPart, clause: ClauseAction): void {
    const open = level.open.get(part.key);
    if (open) {
      open.clauses.delete(clause.id);
      return;
    }
    const key = keyInTable(level.table, level.priority, part.key);
    const flow = this.#flows.get(key);
    if (flow === undefined) return;
    if (isAlone(flow, clause)) this.#delete(key);
    else opened(level, part.key, key, flow).delete(clause.id);
  }

  /** Flows that changed since the last call. */
  takeChanges(): { readonly set: Map<string, Flow>; readonly removed: Set<string> } {
    for (const level of this.#levels.values()) {
      for (const { key, match, clauses } of level.open.values()) {
        if (clauses.size === 0) this.#delete(key);
        else this.#put(key, this.#render(level, match, instructionsOf(clauses)));
      }
      level.open.clear();
    }
    const changes = { set: this.#set, removed: this.#removed };
    this.#set = new Map();
    this.#removed = new Set();
    return changes;
  }

  /** Every flow with its key, as of the last `takeChanges`. */
  flows(): IterableIterator<[string, Flow]> {
    return this.#flows.entries();
  }

  #put(key: string, flow: Flow): void {
    this.#flows.set(key, flow);
    this.#set.set(key, flow);
    this.#removed.delete(key);
  }

  #delete(key: string): void {
    this.#flows.delete(key);
    this.#set.delete(key);
    this.#removed.add(key);
  }

  #render({ table, priority }: Level, match: Match, instructions: readonly Instruction[]): Flow {
    return { table, priority, cookie: this.#cookie, match, instructions };
  }

  /** Levels stay: rules have few priorities. */
  #level(table: number, priority: number): Level {
    const number = table * 0x10000 + priority;
    let level = this.#levels.get(number);
    if (level === undefined) this.#levels.set(number, (level = { table, priority, open: new Map() }));
    return level;
  }
}

/** The clauses of a flow, apart from it. */
function opened({ open }: Level, keyOfMatch: string, key: string, flow: Flow): Map<number, ClauseAction> {
  const clauses = new Map(clausesOf(flow).map((action) => [action.id, ofAction(action)]));
  open.set(keyOfMatch, { key, match: flow.match, clauses });
  return clauses;
}

function clausesOf({ instructions: [first] }: Flow): readonly ConjunctionAction[] {
  return first?.kind === 'apply_actions' ? (first.actions as readonly ConjunctionAction[]) : [];
}

function isAlone(flow: Flow, { id }: ClauseAction): boolean {
  const clauses = clausesOf(flow);
  return clauses.length === 1 && clauses[0]!.id === id;
}

/** By id: the same rules give the same flow, in whatever order they came. */
function instructionsOf(clauses: ReadonlyMap<number, ClauseAction>): readonly Instruction[] {
  const [only, ...others] = [...clauses.values()].sort((a, b) => a.id - b.id);
  if (only && others.length === 0) return only.alone;
  return [{ kind: 'apply_actions', actions: [only!, ...others].map(({ action }) => action) }];
}
