import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { antreaRange, baselineRange, PriorityAssigner, suggestedPriority, type PrioritySlot } from './priorities.js';

const key = (tier: number, policy: number, rule: number, lane = 0) =>
  ({ priority: { tier, policy, rule }, action: 'Drop', lane }) as const;

describe('where a rule is wanted', () => {
  it.each([
    [antreaRange, [250, 5, 0], 14500],
    [antreaRange, [250, 5, 3], 14497],
    [antreaRange, [50, 10, 0], 54800],
    [antreaRange, [0, 1, 0], 64980],
    [antreaRange, [250, 10000, 0], 100],
    [baselineRange, [253, 5, 0], 130],
    [baselineRange, [253, 9000, 0], 10],
  ] as const)('%#: %j', (range, [tier, policy, rule], expected) => {
    expect(suggestedPriority(range, { tier, policy, rule })).toBe(expected);
  });
});

function holdsOrder(slots: readonly PrioritySlot[], range: { bottom: number; top: number }): void {
  slots.forEach((slot, index) => {
    expect(slot.ofPriority).toBeGreaterThanOrEqual(range.bottom);
    expect(slot.ofPriority).toBeLessThanOrEqual(range.top);
    const before = slots[index - 1];
    if (before) expect(slot.ofPriority).toBeGreaterThan(before.ofPriority);
  });
}

it('keeps order and range, whatever comes and goes, up to the last free priority', () => {
  const step = fc.tuple(fc.boolean(), fc.nat(3), fc.nat(20), fc.nat(3));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 1, max: 60 }), (steps, size) => {
      const range = { ...baselineRange, bottom: 181 - size };
      const assigner = new PriorityAssigner(range);
      const held = new Set<string>();
      for (const [add, tier, policy, rule] of steps) {
        const moved = new Set<PrioritySlot>();
        const before = new Map(assigner.slots.map((slot) => [slot, slot.ofPriority]));
        const slotKey = key(tier, policy, rule);
        const text = JSON.stringify(slotKey);
        if (add) {
          const slot = assigner.assign(slotKey, moved);
          if (slot) held.add(text);
          expect(slot === undefined).toBe(!held.has(text) && held.size === size);
        } else {
          assigner.release(slotKey);
          held.delete(text);
        }
        holdsOrder(assigner.slots, range);
        expect(assigner.slots).toHaveLength(held.size);
        for (const [slot, ofPriority] of before) {
          if (assigner.slots.includes(slot)) expect(moved.has(slot)).toBe(slot.ofPriority !== ofPriority);
        }
      }
    }),
    { numRuns: 200 },
  );
});

it('takes a preferred priority where the order allows it', () => {
  const assigner = new PriorityAssigner(antreaRange);
  expect(assigner.assign(key(250, 5, 0), new Set(), 20000)?.ofPriority).toBe(20000);
  expect(assigner.assign(key(250, 4, 0), new Set(), 19000)?.ofPriority).not.toBe(19000);
});
