/** What has to change so that the observed state equals the desired one. */
export interface Plan<K, V> {
  readonly create: ReadonlyMap<K, V>;
  readonly update: ReadonlyMap<K, { readonly observed: V; readonly desired: V }>;
  readonly remove: ReadonlyMap<K, V>;
}

/** What became of one item of a plan. */
export type Outcome<K> =
  | { readonly key: K; readonly ok: true }
  | { readonly key: K; readonly ok: false; readonly error: Error };

/** Applies plans to one kind of state and reads that state back. */
export interface Driver<K, V> {
  /**
   * What is there now and carries our mark. `expected` tells what should be there: where the same is there, a driver may
   * give that very object, so that large states are not in memory twice.
   */
  observe(options: {
    readonly signal: AbortSignal;
    readonly expected?: (key: K) => V | undefined;
  }): Promise<ReadonlyMap<K, V>>;
  /**
   * Applies a plan; repeating it is harmless. An item's failure is its outcome; an exception means that the whole
   * batch could not be attempted.
   */
  apply(plan: Plan<K, V>, options: { signal: AbortSignal }): Promise<readonly Outcome<K>[]>;
}
