import { flowKey, normalizeMatch, type Action, type Flow } from '@antrea-ts/openflow';
import { fieldName, type PacketState } from './packet-state.js';

type ConjunctionAction = Extract<Action, { kind: 'conjunction' }>;

interface Test {
  readonly field: string;
  readonly value: bigint;
  readonly mask: bigint | undefined;
}

interface Entry {
  readonly flow: Flow;
  readonly tests: readonly Test[];
  /** Clauses that this flow meets; it does nothing else then. */
  readonly conjunctions: readonly ConjunctionAction[];
}

/** The flow that a table has for a packet, and how it was found. */
export interface Found {
  readonly flow: Flow;
  /** Where a conjunction led to the flow: its id, and a flow for each clause. */
  readonly conjunction?: {
    readonly id: number;
    readonly clauses: readonly Flow[];
    readonly otherIds: readonly number[];
  };
}

/**
 * Finds flows as Open vSwitch does (lib/classifier.c). Conjunctive flows of one priority that meet every clause of a
 * conjunction lead to a second look-up with its id, in which they do not count; a flow of the same or a higher priority
 * that matches as a whole comes before them.
 */
export class Classifier {
  /** Per table, the highest priority first. */
  readonly #tables = new Map<number, (readonly [number, Entry[]])[]>();

  constructor(flows: Iterable<Flow>) {
    const byTable = new Map<number, Map<number, Entry[]>>();
    for (const flow of flows) {
      const levels = byTable.get(flow.table) ?? new Map<number, Entry[]>();
      byTable.set(flow.table, levels);
      const level = levels.get(flow.priority) ?? [];
      levels.set(flow.priority, level);
      level.push(entryOf(flow));
    }
    for (const [table, levels] of byTable)
      this.#tables.set(
        table,
        [...levels].sort(([a], [b]) => b - a),
      );
  }

  /** Adds a flow, or replaces the one with its table, priority and match. */
  put(flow: Flow): void {
    const levels = this.#tables.get(flow.table) ?? [];
    const others = levels.find(([priority]) => priority === flow.priority)?.[1] ?? [];
    const key = flowKey(flow);
    const entries = [...others.filter((entry) => flowKey(entry.flow) !== key), entryOf(flow)];
    const rest = levels.filter(([priority]) => priority !== flow.priority);
    this.#tables.set(
      flow.table,
      [...rest, [flow.priority, entries] as const].sort(([a], [b]) => b - a),
    );
  }

  find(table: number, packet: PacketState): Found | undefined {
    for (const [, entries] of this.#tables.get(table) ?? []) {
      const matching = entries.filter(({ tests }) => meets(tests, packet));
      const whole = matching.find(({ conjunctions }) => conjunctions.length === 0);
      if (whole) return { flow: whole.flow };
      const [id, ...otherIds] = completeIds(matching);
      if (id === undefined) continue;
      const flow = this.#findWhole(table, packet, id);
      if (flow) return { flow, conjunction: { id, clauses: clausesOf(matching, id), otherIds } };
    }
    return undefined;
  }

  #findWhole(table: number, packet: PacketState, id: number): Flow | undefined {
    const withId = packet.copy();
    withId.set('conj_id', BigInt(id));
    for (const [, entries] of this.#tables.get(table) ?? []) {
      const entry = entries.find(({ tests, conjunctions }) => conjunctions.length === 0 && meets(tests, withId));
      if (entry) return entry.flow;
    }
    return undefined;
  }
}

function entryOf(flow: Flow): Entry {
  const tests = normalizeMatch(flow.match).flatMap((entry): Test[] => {
    if (entry.field === 'unknown' || !('value' in entry)) return [];
    const { field, value, mask } = entry;
    return [{ field: fieldName(field), value: BigInt(value), mask: mask === undefined ? undefined : BigInt(mask) }];
  });
  const actions = flow.instructions.flatMap((each) => (each.kind === 'apply_actions' ? each.actions : []));
  return { flow, tests, conjunctions: actions.filter((action) => action.kind === 'conjunction') };
}

function meets(tests: readonly Test[], packet: PacketState): boolean {
  return tests.every(({ field, value, mask }) => {
    const actual = packet.get(field);
    return mask === undefined ? actual === value : (actual & mask) === value;
  });
}

/** Ids of which every clause is met, ascending. Which of several Open vSwitch takes is not defined. */
function completeIds(entries: readonly Entry[]): number[] {
  const met = new Map<number, { readonly clauses: number; readonly met: Set<number> }>();
  for (const { id, clause, clauses } of entries.flatMap(({ conjunctions }) => conjunctions)) {
    const known = met.get(id) ?? { clauses, met: new Set<number>() };
    known.met.add(clause);
    met.set(id, known);
  }
  return [...met]
    .filter(([, { clauses, met: found }]) => found.size === clauses)
    .map(([id]) => id)
    .sort((a, b) => a - b);
}

function clausesOf(entries: readonly Entry[], id: number): Flow[] {
  return entries
    .flatMap(({ flow, conjunctions }) =>
      conjunctions.filter((each) => each.id === id).map(({ clause }) => ({ clause, flow })),
    )
    .sort((a, b) => a.clause - b.clause)
    .map(({ flow }) => flow);
}
