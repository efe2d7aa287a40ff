import { compareRules, type RulePriority, type RuleText } from '@antrea-ts/policy';

/** Logical priority of Antrea rules in one table; all that compare equal share an OpenFlow priority. */
export interface PrioritySlot extends Pick<RuleText, 'action'> {
  readonly priority: RulePriority;
  /** Rules of equal importance are many in a slot, and the actions of a flow have to fit into a message. */
  readonly lane: number;
  ofPriority: number;
}

export type SlotKey = Omit<PrioritySlot, 'ofPriority'>;

/** The OpenFlow priorities of a table that rules may have, both ends included. */
export interface PriorityRange {
  readonly bottom: number;
  readonly top: number;
  /** From where the wanted priority counts down, and how far apart tiers and policies are. */
  readonly suggestion: {
    readonly from: number;
    readonly tierStep: number;
    readonly policyStep: (tier: number) => number;
  };
}

/** Free priorities that stay beside a slot which could not have the place it wanted. */
const breathingSpace = 5;
const applicationTier = 250;

/**
 * Ranges as 1.3 (pkg/agent/controller/networkpolicy/priority.go), but that of the Antrea tables ends below the flows
 * that rules must never overtake: own-Node probes at 64989, known connections at 64990, DNS above.
 */
export const antreaRange: PriorityRange = {
  bottom: 100,
  top: 64988,
  suggestion: { from: 65000, tierStep: 200, policyStep: (tier) => (tier === applicationTier ? 100 : 20) },
};
export const baselineRange: PriorityRange = {
  bottom: 10,
  top: 180,
  suggestion: { from: 180, tierStep: 0, policyStep: () => 10 },
};

/**
 * Gives the Antrea rules of one table OpenFlow priorities in their order. Where 1.3 wants a rule is tried first; where
 * there is no room, neighbours move by as little as possible. Order and range are kept always; which numbers are given
 * depends on what was there before, so that few installed flows change.
 */
export class PriorityAssigner {
  readonly #range: PriorityRange;
  /** Ascending by OpenFlow priority: the least important first. */
  readonly #slots: PrioritySlot[] = [];

  constructor(range: PriorityRange) {
    this.#range = range;
  }

  get slots(): readonly PrioritySlot[] {
    return this.#slots;
  }

  find(key: SlotKey): PrioritySlot | undefined {
    const slot = this.#slots[this.#position(key)];
    return slot && compareSlots(slot, key) === 0 ? slot : undefined;
  }

  /**
   * Gives a place; undefined when the table is full. `preferred` is taken where order allows it. Slots that had to
   * move are added to `moved`, and have their new priority already.
   */
  assign(key: SlotKey, moved: Set<PrioritySlot>, preferred?: number): PrioritySlot | undefined {
    const found = this.find(key);
    if (found) return found;
    if (this.#slots.length >= this.#range.top - this.#range.bottom + 1) return undefined;
    const index = this.#position(key);
    const slot: PrioritySlot = { priority: key.priority, action: key.action, lane: key.lane, ofPriority: 0 };
    const free = this.#freeNear(index, key, preferred);
    this.#slots.splice(index, 0, slot);
    if (free !== undefined) slot.ofPriority = free;
    else this.#makeRoom(index, moved);
    return slot;
  }

  release(key: SlotKey): void {
    const index = this.#position(key);
    const slot = this.#slots[index];
    if (slot && compareSlots(slot, key) === 0) this.#slots.splice(index, 1);
  }

  /** Index of the first slot that is at least as important. */
  #position(key: SlotKey): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareSlots(this.#slots[middle] as PrioritySlot, key) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Before `index` and from it on: the priorities between which a new slot there has to be, both not included. */
  #bounds(index: number): { lower: number; upper: number } {
    return {
      lower: this.#slots[index - 1]?.ofPriority ?? this.#range.bottom - 1,
      upper: this.#slots[index]?.ofPriority ?? this.#range.top + 1,
    };
  }

  #freeNear(index: number, key: SlotKey, preferred: number | undefined): number | undefined {
    const { lower, upper } = this.#bounds(index);
    const fits = (at: number): boolean => at > lower && at < upper;
    if (preferred !== undefined && fits(preferred)) return preferred;
    const wanted = suggestedPriority(this.#range, key.priority);
    if (fits(wanted)) return wanted;
    const room = upper - lower - 1;
    if (room < 1) return undefined;
    if (room > 2 * breathingSpace) return wanted <= lower ? lower + 1 + breathingSpace : upper - 1 - breathingSpace;
    return lower + Math.floor((room - 1) / 2) + 1;
  }

  /** The new slot at `index` takes its neighbour's place, which pushes on to the nearest free priority. */
  #makeRoom(index: number, moved: Set<PrioritySlot>): void {
    const down = this.#pushes(index, -1);
    const up = this.#pushes(index, 1);
    const step = up === undefined || (down !== undefined && down <= up) ? -1 : 1;
    const count = (step === -1 ? down : up) as number;
    const slot = this.#slots[index] as PrioritySlot;
    slot.ofPriority = (this.#slots[index + step] as PrioritySlot).ofPriority;
    for (let distance = 1; distance <= count; distance += 1) {
      const neighbour = this.#slots[index + step * distance] as PrioritySlot;
      neighbour.ofPriority += step;
      moved.add(neighbour);
    }
  }

  /** How many neighbours in a row have to move by one; undefined when they stand against the end of the range. */
  #pushes(index: number, step: -1 | 1): number | undefined {
    let count = 0;
    for (let at = index + step; ; at += step) {
      const slot = this.#slots[at];
      const end = step === 1 ? this.#range.top : this.#range.bottom;
      const before = this.#slots[at - step];
      if (count > 0 && before && Math.abs((slot?.ofPriority ?? end + step) - before.ofPriority) > 1) return count;
      if (slot === undefined) return undefined;
      count += 1;
    }
  }
}

/** Where 1.3 wants a rule; never outside the range. */
export function suggestedPriority(range: PriorityRange, { tier, policy, rule }: RulePriority): number {
  const { from, tierStep, policyStep } = range.suggestion;
  const wanted = from - (tierStep * tier + Math.trunc(policyStep(tier) * policy) + rule);
  return Math.min(range.top, Math.max(range.bottom, wanted));
}

/** Positive when the first is less important than the second. */
function compareSlots(a: SlotKey, b: SlotKey): number {
  return compareRules(a, b) || a.lane - b.lane;
}
