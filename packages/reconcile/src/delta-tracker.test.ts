import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaTracker } from './delta-tracker.js';
import type { Outcome, Plan } from './driver.js';
import { planDiff } from './plan.js';

const equals = (a: number, b: number): boolean => a === b;
const keys = fc.constantFrom('a', 'b', 'c', 'd');
const values = fc.nat(2);
const states = fc.dictionary(keys, values).map((record) => new Map(Object.entries(record)));
const changes = fc.oneof(
  fc.record({ kind: fc.constant('setDesired' as const), key: keys, value: values }),
  fc.record({ kind: fc.constant('deleteDesired' as const), key: keys }),
  fc.record({ kind: fc.constant('noteObserved' as const), key: keys, value: fc.option(values, { nil: undefined }) }),
  fc.record({ kind: fc.constant('replaceDesired' as const), state: states }),
  fc.record({ kind: fc.constant('replaceObserved' as const), state: states }),
);
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function make(tracker: DeltaTracker<string, number>, change: Change): void {
  if (change.kind === 'setDesired') tracker.setDesired(change.key, change.value);
  else if (change.kind === 'deleteDesired') tracker.deleteDesired(change.key);
  else if (change.kind === 'noteObserved') tracker.noteObserved(change.key, change.value);
  else if (change.kind === 'replaceDesired') tracker.replaceDesired(change.state);
  else tracker.replaceObserved(change.state);
}

const succeeded = (plan: Plan<string, number>): Outcome<string>[] =>
  [...plan.create.keys(), ...plan.update.keys(), ...plan.remove.keys()].map((key) => ({ key, ok: true }));

/** The same plan whatever the order in which it came about. */
const sorted = (plan: Plan<string, number>): unknown =>
  [plan.create, plan.update, plan.remove].map((part) => [...part].sort(([a], [b]) => a.localeCompare(b)));

describe('DeltaTracker', () => {
  it('plans the difference of desired and observed, however it came to it', () => {
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 20 }), (history) => {
        const tracker = new DeltaTracker<string, number>({ equals });
        for (const change of history) make(tracker, change);
        expect(sorted(tracker.plan())).toEqual(sorted(planDiff(tracker.desired, tracker.observed, equals)));
      }),
    );
  });

  it('has nothing left after all was applied', () => {
    fc.assert(
      fc.property(fc.array(changes), (history) => {
        const tracker = new DeltaTracker<string, number>({ equals });
        for (const change of history) make(tracker, change);
        const plan = tracker.plan();
        tracker.record(plan, succeeded(plan));
        expect(tracker.pending.size).toBe(0);
        expect(Object.fromEntries(tracker.observed)).toEqual(Object.fromEntries(tracker.desired));
      }),
    );
  });

  it('keeps pending what failed, had no outcome, or was desired differently meanwhile', () => {
    const tracker = new DeltaTracker<string, number>({ equals });
    for (const key of ['done', 'failed', 'silent', 'changed']) tracker.setDesired(key, 1);
    const plan = tracker.plan();
    tracker.setDesired('changed', 2);
    tracker.record(plan, [
      { key: 'done', ok: true },
      { key: 'failed', ok: false, error: new Error('no') },
      { key: 'changed', ok: true },
    ]);
    expect([...tracker.pending]).toEqual(['failed', 'silent', 'changed']);
    expect(tracker.plan().update.get('changed')).toEqual({ observed: 1, desired: 2 });
  });

  it('believes what was seen while a plan was applied', () => {
    const tracker = new DeltaTracker<string, number>({ equals });
    tracker.setDesired('a', 1);
    const plan = tracker.plan();
    tracker.noteObserved('a', undefined);
    tracker.record(plan, succeeded(plan));
    expect([...tracker.pending]).toEqual(['a']);
    const again = tracker.plan();
    tracker.record(again, succeeded(again));
    expect(tracker.pending.size).toBe(0);
  });
});
