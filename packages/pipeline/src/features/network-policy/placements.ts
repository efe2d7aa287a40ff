import type { TableName } from '@antrea-ts/apis';
import { ruleStage } from '@antrea-ts/policy';
import { priority } from '../../flow-builder.js';
import { ConjunctionIds } from './conjunction-ids.js';
import type { Conjunction } from './policy-rule.js';
import { antreaRange, baselineRange, PriorityAssigner, type PrioritySlot, type SlotKey } from './priorities.js';
import type { RecoveredRules } from './recover.js';
import { tablesOf } from './rule-tables.js';

/** Where a conjunction is on the switch. */
export interface Placement {
  readonly id: number;
  /** Antrea rules only. */
  readonly slot: PrioritySlot | undefined;
}

/**
 * A flow holds the clauses of all rules that share its match, 16 bytes each, and a message has 64 KB: ids are dealt
 * into lanes of this many, and lanes do not share flows.
 */
const laneSize = 3500;
const lanes = 180;

/** Priority of K8s rules' action flows. Their order does not matter: all of them allow. */
const kubernetesAction = priority.low;

/** Gives conjunctions their ids and priorities, and takes them back. */
export class Placements {
  readonly #ids: ConjunctionIds;
  readonly #recovered: RecoveredRules;
  readonly #placed = new Map<Conjunction, Placement>();
  readonly #assigners = new Map<TableName, PriorityAssigner>();
  readonly #users = new Map<PrioritySlot, Set<Conjunction>>();

  constructor(recovered: RecoveredRules) {
    this.#recovered = recovered;
    this.#ids = new ConjunctionIds(recovered.ids);
  }

  of(conjunction: Conjunction): Placement | undefined {
    return this.#placed.get(conjunction);
  }

  /** Conjunctions that share a slot. */
  usersOf(slot: PrioritySlot): Iterable<Conjunction> {
    return this.#users.get(slot) ?? [];
  }

  releaseId(id: number): void {
    this.#ids.release(id);
  }

  abandonRecovered(): readonly number[] {
    return this.#ids.abandonRecovered();
  }

  /**
   * Places a batch: those that the switch knows first, so that they find their places as they were; then in an order
   * of their own, so that the batch's does not matter. Those for which there is no room are left out. `moved` gets
   * slots that changed their priority.
   */
  place(batch: Iterable<Conjunction>, moved: Set<PrioritySlot>): void {
    const open = [...batch].filter((conjunction) => !this.#placed.has(conjunction)).sort(byIdentity);
    const claimed = open.map((conjunction) => [conjunction, this.#ids.claim(conjunction.hash)] as const);
    for (const [conjunction, id] of claimed) {
      if (id !== undefined) this.#placeAt(conjunction, id, moved, this.#recovered.priorities.get(id));
    }
    for (const [conjunction, id] of claimed) {
      if (id === undefined) this.#placeAt(conjunction, this.#ids.allocate(), moved);
    }
  }

  /** The id of a conjunction that is gone; not free before `releaseId`. */
  remove(conjunction: Conjunction): number | undefined {
    const placement = this.#placed.get(conjunction);
    if (placement === undefined) return undefined;
    this.#placed.delete(conjunction);
    const { slot } = placement;
    const users = slot && this.#users.get(slot);
    if (slot && users?.delete(conjunction) && users.size === 0) {
      this.#users.delete(slot);
      this.#assigner(conjunction).release(slot);
    }
    return placement.id;
  }

  #placeAt(conjunction: Conjunction, id: number, moved: Set<PrioritySlot>, preferred?: number): void {
    const { priority: logical, action } = conjunction.rule.text;
    if (logical === undefined) {
      this.#placed.set(conjunction, { id, slot: undefined });
      return;
    }
    const key: SlotKey = { priority: logical, action, lane: laneOf(id) };
    const slot = this.#assigner(conjunction).assign(key, moved, preferred);
    if (slot === undefined) {
      this.#ids.release(id);
      return;
    }
    this.#users.set(slot, (this.#users.get(slot) ?? new Set()).add(conjunction));
    this.#placed.set(conjunction, { id, slot });
  }

  #assigner({ rule }: Conjunction): PriorityAssigner {
    const table = tablesOf(rule.text).rule;
    let assigner = this.#assigners.get(table);
    if (assigner === undefined) {
      assigner = new PriorityAssigner(ruleStage(rule.text) === 'baseline' ? baselineRange : antreaRange);
      this.#assigners.set(table, assigner);
    }
    return assigner;
  }
}

/** Priorities of a conjunction's flows. */
export function prioritiesOf({ id, slot }: Placement): { readonly match: number; readonly action: number } {
  if (slot) return { match: slot.ofPriority, action: slot.ofPriority };
  return { match: priority.normal - laneOf(id), action: kubernetesAction };
}

function laneOf(id: number): number {
  return Math.floor(id / laneSize) % lanes;
}

function byIdentity(a: Conjunction, b: Conjunction): number {
  return compareText(a.rule.text.id, b.rule.text.id) || compareText(a.key, b.key);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
