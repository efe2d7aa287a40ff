/** One change of a store. */
export type StoreChange<P> =
  | { readonly kind: 'added'; readonly key: string; readonly object: P }
  | { readonly kind: 'updated'; readonly key: string; readonly object: P; readonly previous: P }
  | { readonly kind: 'removed'; readonly key: string; readonly previous: P };

/** Told of each change, after the store has it. */
export type StoreListener<P> = (change: StoreChange<P>) => void;

/** Index names with what each object is to be found under. */
export type IndexFunctions<P> = Readonly<Record<string, (object: P) => Iterable<string>>>;

/** The reading side of a store: objects (or what was kept of them) by `namespace/name`. */
export interface ReadonlyStore<P> {
  readonly size: number;
  get(key: string): P | undefined;
  has(key: string): boolean;
  keys(): IterableIterator<string>;
  values(): IterableIterator<P>;
  entries(): IterableIterator<[string, P]>;
  /** The objects that an index has under a value. Throws for an index that was not declared. */
  byIndex(index: string, value: string): readonly P[];
  /** Tells the listener of all present objects as added, then of every change. The answer ends that. */
  subscribe(listener: StoreListener<P>): () => void;
}

/** Objects by key with indexes and listeners. */
export class Store<P> implements ReadonlyStore<P> {
  readonly #objects = new Map<string, P>();
  readonly #functions: IndexFunctions<P>;
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #listeners = new Set<StoreListener<P>>();
  readonly #onListenerError: (error: unknown) => void;

  /** `onListenerError` gets what listeners throw: their fault is not the store's, nor other listeners'. */
  constructor(functions: IndexFunctions<P>, onListenerError: (error: unknown) => void) {
    this.#functions = functions;
    this.#onListenerError = onListenerError;
    for (const name of Object.keys(functions)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): P | undefined {
    return this.#objects.get(key);
  }

  has(key: string): boolean {
    return this.#objects.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  values(): IterableIterator<P> {
    return this.#objects.values();
  }

  entries(): IterableIterator<[string, P]> {
    return this.#objects.entries();
  }

  byIndex(index: string, value: string): readonly P[] {
    const byValue = this.#indexes.get(index);
    if (byValue === undefined) throw new RangeError(`store: no index "${index}"`);
    return [...(byValue.get(value) ?? [])].map((key) => this.#objects.get(key) as P);
  }

  subscribe(listener: StoreListener<P>): () => void {
    // Before the replay: a listener that reads another store then misses nothing.
    this.#listeners.add(listener);
    for (const [key, object] of this.#objects) this.#tell(listener, { kind: 'added', key, object });
    return () => void this.#listeners.delete(listener);
  }

  set(key: string, object: P): void {
    const isKnown = this.#objects.has(key);
    const previous = this.#objects.get(key) as P;
    if (isKnown) this.#unindex(key, previous);
    this.#objects.set(key, object);
    this.#index(key, object);
    this.#announce(isKnown ? { kind: 'updated', key, object, previous } : { kind: 'added', key, object });
  }

  remove(key: string): void {
    if (!this.#objects.has(key)) return;
    const previous = this.#objects.get(key) as P;
    this.#unindex(key, previous);
    this.#objects.delete(key);
    this.#announce({ kind: 'removed', key, previous });
  }

  #index(key: string, object: P): void {
    for (const [name, valuesOf] of Object.entries(this.#functions)) {
      const index = this.#indexes.get(name) as Map<string, Set<string>>;
      for (const value of valuesOf(object)) {
        const keys = index.get(value);
        if (keys === undefined) index.set(value, new Set([key]));
        else keys.add(key);
      }
    }
  }

  #unindex(key: string, object: P): void {
    for (const [name, valuesOf] of Object.entries(this.#functions)) {
      const index = this.#indexes.get(name) as Map<string, Set<string>>;
      for (const value of valuesOf(object)) {
        const keys = index.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index.delete(value);
      }
    }
  }

  #announce(change: StoreChange<P>): void {
    for (const listener of this.#listeners) this.#tell(listener, change);
  }

  #tell(listener: StoreListener<P>, change: StoreChange<P>): void {
    try {
      listener(change);
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}
