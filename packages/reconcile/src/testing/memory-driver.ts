import type { Driver, Outcome, Plan } from '../driver.js';

export interface MemoryDriver<K, V> extends Driver<K, V> {
  /** What is there; a test may change it behind the driver's back. */
  readonly state: Map<K, V>;
  /** Every plan that was tried, the oldest first. */
  readonly plans: readonly Plan<K, V>[];
  /** How often the state was read back. */
  readonly observations: number;
  /** The next call fails as a whole. */
  failNext(operation: 'observe' | 'apply', error?: Error): void;
  /** The next time this key is part of a plan it fails, alone. */
  failNextItem(key: K, error?: Error): void;
  /** The next call waits until the returned function is called. */
  holdNext(operation: 'observe' | 'apply'): () => void;
}

/** A driver of a `Map`, with switches for what can go wrong. */
export function createMemoryDriver<K, V>(initial: Iterable<readonly [K, V]> = []): MemoryDriver<K, V> {
  const state = new Map<K, V>(initial);
  const plans: Plan<K, V>[] = [];
  const failures = new Map<'observe' | 'apply', Error[]>([
    ['observe', []],
    ['apply', []],
  ]);
  const holds = new Map<'observe' | 'apply', Promise<void>>();
  const itemFailures = new Map<K, Error>();
  let observations = 0;

  async function enter(operation: 'observe' | 'apply', signal: AbortSignal): Promise<void> {
    const held = holds.get(operation);
    holds.delete(operation);
    await held;
    signal.throwIfAborted();
    const failure = failures.get(operation)?.shift();
    if (failure) throw failure;
  }

  function attempt(key: K, change: () => void): Outcome<K> {
    const error = itemFailures.get(key);
    itemFailures.delete(key);
    if (error) return { key, ok: false, error };
    change();
    return { key, ok: true };
  }

  return {
    state,
    plans,
    get observations() {
      return observations;
    },
    async observe({ signal }) {
      observations += 1;
      const snapshot = new Map(state);
      await enter('observe', signal);
      return snapshot;
    },
    async apply(plan, { signal }) {
      plans.push(plan);
      await enter('apply', signal);
      return [
        ...[...plan.create].map(([key, value]) => attempt(key, () => state.set(key, value))),
        ...[...plan.update].map(([key, { desired }]) => attempt(key, () => state.set(key, desired))),
        ...[...plan.remove.keys()].map((key) => attempt(key, () => state.delete(key))),
      ];
    },
    failNext(operation, error = new Error(`${operation} failed`)) {
      failures.get(operation)?.push(error);
    },
    failNextItem(key, error = new Error('item failed')) {
      itemFailures.set(key, error);
    },
    holdNext(operation) {
      let release = (): void => undefined;
      holds.set(operation, new Promise((resolve) => (release = resolve)));
      return () => release();
    },
  };
}
