import type { Backoff, Clock } from './clock.js';
import { DeltaTracker } from './delta-tracker.js';
import type { Driver, Outcome, Plan } from './driver.js';
import { ReconcileError } from './errors.js';
import { ReconcileLoop } from './loop.js';
import { isEmptyPlan, planSize } from './plan.js';

export interface ReconcilerOptions<K, V> {
  readonly driver: Driver<K, V>;
  /** Whether what is observed is as good as what is desired. */
  readonly equals: (observed: V, desired: V) => boolean;
  readonly clock: Clock;
  /** How often everything is read back although nothing happened. */
  readonly resyncMs: number;
  readonly retryMs: Backoff;
  /** Hears of each plan before it is applied. */
  readonly onPlan?: (plan: Plan<K, V>) => void;
  /** Hears of each failed pass: a `ReconcileError` when items failed, or what the driver threw. */
  readonly onError?: (error: unknown, failures: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Keeps one kind of state as it is desired: reads back what is there, sends the difference, tries again what failed
 * while its neighbours proceed. What is desired may change at any time, also while a plan is applied.
 */
export interface Reconciler<K, V> {
  /** Begins; until everything that outlived a restart is desired again, do not: the rest would be removed. */
  start(): void;
  setDesired(key: K, value: V): void;
  deleteDesired(key: K): void;
  /** All that is desired from now on. */
  replaceDesired(desired: ReadonlyMap<K, V>): void;
  /** Somebody else changed one thing; undefined: it is gone. */
  noteObserved(key: K, value: V | undefined): void;
  /** What is there is not known any more: reads everything back before the next plan. */
  resync(): void;
  readonly desired: ReadonlyMap<K, V>;
  readonly observed: ReadonlyMap<K, V>;
  readonly pending: ReadonlySet<K>;
  /** Resolves when what is desired is there; rejects when a signal is aborted. */
  idle(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Resolves when the last pass has ended; abort the signal first. */
  ended(): Promise<void>;
}

/** A reconciler of the state behind a driver. Nothing happens before `start`. */
export function createReconciler<K, V>(options: ReconcilerOptions<K, V>): Reconciler<K, V> {
  const { driver, equals, clock, resyncMs, retryMs, onPlan, onError, signal } = options;
  const tracker = new DeltaTracker<K, V>({ equals });
  let known = false;
  let notedWhileReading: Map<K, V | undefined> | undefined;

  async function readBack(): Promise<void> {
    // Set first: a resync asked for while the answer is on its way means that the answer may be too old.
    known = true;
    const noted = (notedWhileReading = new Map<K, V | undefined>());
    try {
      tracker.replaceObserved(await driver.observe({ signal }));
    } catch (error) {
      known = false;
      throw error;
    } finally {
      notedWhileReading = undefined;
    }
    for (const [key, value] of noted) tracker.noteObserved(key, value);
  }

  async function applyPending(): Promise<void> {
    const plan = tracker.plan();
    if (isEmptyPlan(plan)) return;
    onPlan?.(plan);
    let outcomes: readonly Outcome<K>[];
    try {
      outcomes = await driver.apply(plan, { signal });
    } catch (error) {
      known = false;
      throw error;
    }
    tracker.record(plan, outcomes);
    throwFailures(plan, outcomes);
  }

  const loop = new ReconcileLoop({
    clock,
    intervalMs: resyncMs,
    retryMs,
    signal,
    ...(onError && { onError }),
    async pass({ reason }) {
      if (!known || reason === 'interval') await readBack();
      await applyPending();
    },
  });

  function changed(change: () => void): void {
    change();
    if (tracker.pending.size > 0) loop.trigger();
  }

  return {
    start: () => loop.start(),
    setDesired: (key, value) => changed(() => tracker.setDesired(key, value)),
    deleteDesired: (key) => changed(() => tracker.deleteDesired(key)),
    replaceDesired: (desired) => changed(() => tracker.replaceDesired(desired)),
    noteObserved(key, value) {
      notedWhileReading?.set(key, value);
      changed(() => tracker.noteObserved(key, value));
    },
    resync() {
      known = false;
      loop.trigger();
    },
    get desired() {
      return tracker.desired;
    },
    get observed() {
      return tracker.observed;
    },
    get pending() {
      return tracker.pending;
    },
    idle: (waitOptions) => loop.idle(waitOptions),
    ended: () => loop.ended(),
  };
}

function throwFailures<K>(plan: Plan<K, unknown>, outcomes: readonly Outcome<K>[]): void {
  const succeeded = outcomes.filter((outcome) => outcome.ok).length;
  if (succeeded === planSize(plan)) return;
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  const first = outcomes.find((outcome) => !outcome.ok);
  const example = first && !first.ok ? `; first: ${String(first.key)}: ${first.error.message}` : '';
  const failed = planSize(plan) - succeeded;
  throw new ReconcileError('items-failed', `apply: ${failed} of ${planSize(plan)} items failed${example}`, errors);
}
