import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmptyPlan, planDiff, planSize } from './plan.js';
import type { Plan } from './driver.js';

const equals = (a: number, b: number): boolean => a === b;
const states = fc
  .array(fc.tuple(fc.string({ maxLength: 2 }), fc.nat({ max: 3 })), { maxLength: 12 })
  .map((entries) => new Map(entries));

function applied(plan: Plan<string, number>, observed: ReadonlyMap<string, number>): Map<string, number> {
  const state = new Map(observed);
  for (const [key, value] of plan.create) state.set(key, value);
  for (const [key, { desired }] of plan.update) state.set(key, desired);
  for (const key of plan.remove.keys()) state.delete(key);
  return state;
}

const sorted = (state: ReadonlyMap<string, number>): unknown => [...state].sort(([a], [b]) => a.localeCompare(b));

describe('planDiff', () => {
  it('turns what is observed into what is desired', () => {
    fc.assert(
      fc.property(states, states, (desired, observed) => {
        const result = applied(planDiff(desired, observed, equals), observed);
        expect(sorted(result)).toEqual(sorted(desired));
      }),
    );
  });

  it('is empty exactly when nothing differs, and never touches what is right', () => {
    fc.assert(
      fc.property(states, states, (desired, observed) => {
        const plan = planDiff(desired, observed, equals);
        const same = JSON.stringify(sorted(desired)) === JSON.stringify(sorted(observed));
        expect(isEmptyPlan(plan)).toBe(same);
        expect(planSize(plan)).toBe(plan.create.size + plan.update.size + plan.remove.size);
        for (const [key, value] of desired) {
          if (observed.get(key) === value) expect(plan.create.has(key) || plan.update.has(key)).toBe(false);
        }
      }),
    );
  });
});
