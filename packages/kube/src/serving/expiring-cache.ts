/** Answers for a short time what was found out, and asks once for those who want to know the same at once. */
export class ExpiringCache<V> {
  readonly #options: { readonly lifetimeMs: number; readonly maxEntries: number; readonly now: () => number };
  /** In the order in which they expire. */
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();
  readonly #asking = new Map<string, Promise<V>>();

  constructor(options: { readonly lifetimeMs: number; readonly maxEntries?: number; readonly now: () => number }) {
    this.#options = { maxEntries: 4_096, ...options };
  }

  /** The value of `key`, known or found out. A failure is not kept. */
  async get(key: string, find: () => Promise<V>): Promise<V> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > this.#options.now()) return known.value;
    const asking = this.#asking.get(key) ?? this.#find(key, find);
    return await asking;
  }

  #find(key: string, find: () => Promise<V>): Promise<V> {
    const asking = find()
      .then((value) => {
        this.#set(key, value);
        return value;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #set(key: string, value: V): void {
    const { lifetimeMs, maxEntries, now } = this.#options;
    this.#entries.delete(key);
    for (const [old, { until }] of this.#entries) {
      if (until > now() && this.#entries.size < maxEntries) break;
      this.#entries.delete(old);
    }
    this.#entries.set(key, { value, until: now() + lifetimeMs });
  }
}
