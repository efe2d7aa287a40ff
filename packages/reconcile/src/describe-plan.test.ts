import { expect, test } from 'vitest';
import { describePlan } from './describe-plan.js';
import { planDiff } from './plan.js';

test('a plan is described by what it changes and the first keys', () => {
  const state = (...keys: string[]): Map<string, number> => new Map(keys.map((key) => [key, 1]));
  const plan = planDiff(new Map([...state('a', 'b', 'c', 'd'), ['x', 2]]), state('x', 'y'), Object.is);
  expect(describePlan(plan)).toBe('create 4 (a, b, c, ...), update 1 (x), remove 1 (y)');
  expect(describePlan(plan, { limit: 1, formatKey: (key) => key.toUpperCase() })).toBe(
    'create 4 (A, ...), update 1 (X), remove 1 (Y)',
  );
  expect(describePlan(planDiff(state(), state(), Object.is))).toBe('no change');
});
