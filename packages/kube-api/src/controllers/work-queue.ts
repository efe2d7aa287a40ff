import { setTimeout as pause } from 'node:timers/promises';

const retryMs = 1_000;

/** Things to look at, each once however often it was named, one after another. What fails is looked at again later. */
export class WorkQueue<Item> {
  readonly #sync: (item: Item) => Promise<void>;
  readonly #dirty = new Map<string, Item>();
  readonly #stopping = new AbortController();
  #working = false;

  constructor(sync: (item: Item) => Promise<void>) {
    this.#sync = sync;
  }

  add(id: string, item: Item): void {
    if (this.#stopping.signal.aborted) return;
    this.#dirty.set(id, item);
    if (this.#working) return;
    this.#working = true;
    setImmediate(() => void this.#work());
  }

  stop(): void {
    this.#stopping.abort();
    this.#dirty.clear();
  }

  async #work(): Promise<void> {
    for (const [id, item] of this.#dirty) {
      this.#dirty.delete(id);
      await this.#sync(item).catch(() => this.#addLater(id, item));
    }
    this.#working = false;
  }

  /** Refused now, by admission or a namespace that goes; a later attempt may do better. */
  #addLater(id: string, item: Item): void {
    pause(retryMs, undefined, { ref: false, signal: this.#stopping.signal }).then(
      () => this.add(id, item),
      () => undefined,
    );
  }
}
