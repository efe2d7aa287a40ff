import type { Outcome, Plan } from './driver.js';

/**
 * Desired and observed state side by side; the pending work is derived from both and kept up to date, so that each
 * change costs the same however much there is, and a plan costs what it changes.
 */
export class DeltaTracker<K, V> {
  readonly #equals: (a: V, b: V) => boolean;
  readonly #desired = new Map<K, V>();
  readonly #observed = new Map<K, V>();
  readonly #pending = new Set<K>();
  /** Keys seen to change since the last plan was made. */
  readonly #noted = new Set<K>();

  constructor(options: { readonly equals: (a: V, b: V) => boolean }) {
    this.#equals = options.equals;
  }

  get desired(): ReadonlyMap<K, V> {
    return this.#desired;
  }

  /** What is there, as far as known. */
  get observed(): ReadonlyMap<K, V> {
    return this.#observed;
  }

  /** Keys whose desired and observed state differ. */
  get pending(): ReadonlySet<K> {
    return this.#pending;
  }

  setDesired(key: K, value: V): void {
    this.#desired.set(key, value);
    this.#compare(key);
  }

  deleteDesired(key: K): void {
    if (this.#desired.delete(key)) this.#compare(key);
  }

  /** All that is desired from now on. */
  replaceDesired(desired: ReadonlyMap<K, V>): void {
    this.#replace(this.#desired, desired);
  }

  /** Somebody else changed one thing; undefined: it is gone. */
  noteObserved(key: K, value: V | undefined): void {
    this.#noted.add(key);
    this.#setObserved(key, value);
  }

  /** All that is there, read back. */
  replaceObserved(observed: ReadonlyMap<K, V>): void {
    this.#replace(this.#observed, observed);
  }

  /** What has to change now. It does not follow later changes. */
  plan(): Plan<K, V> {
    this.#noted.clear();
    const create = new Map<K, V>();
    const update = new Map<K, { readonly observed: V; readonly desired: V }>();
    const remove = new Map<K, V>();
    for (const key of this.#pending) {
      const desired = this.#desired.get(key);
      const observed = this.#observed.get(key);
      if (desired === undefined) remove.set(key, observed as V);
      else if (observed === undefined) create.set(key, desired);
      else update.set(key, { observed, desired });
    }
    return { create, update, remove };
  }

  /**
   * Records what became of the last plan. A failed item, and one without an outcome, stays pending; so does one that
   * was desired differently meanwhile. For a key that was seen to change since, what was seen stands: applying once
   * more is harmless, believing in something that is gone is not.
   */
  record(plan: Plan<K, V>, outcomes: Iterable<Outcome<K>>): void {
    for (const { key, ok } of outcomes) {
      if (!ok || this.#noted.has(key)) continue;
      if (plan.remove.has(key)) this.#setObserved(key, undefined);
      const applied = plan.create.get(key) ?? plan.update.get(key)?.desired;
      if (applied !== undefined) this.#setObserved(key, applied);
    }
    this.#noted.clear();
  }

  #setObserved(key: K, value: V | undefined): void {
    if (value === undefined) this.#observed.delete(key);
    else this.#observed.set(key, value);
    this.#compare(key);
  }

  #replace(state: Map<K, V>, next: ReadonlyMap<K, V>): void {
    const keys = new Set([...state.keys(), ...next.keys()]);
    state.clear();
    for (const [key, value] of next) state.set(key, value);
    for (const key of keys) this.#compare(key);
  }

  #compare(key: K): void {
    const desired = this.#desired.get(key);
    const observed = this.#observed.get(key);
    const same =
      desired === undefined || observed === undefined ? desired === observed : this.#equals(observed, desired);
    if (same) this.#pending.delete(key);
    else this.#pending.add(key);
  }
}
