import type { Flow } from '@antrea-ts/openflow';

/** Flows that belong to one thing alone, and which of them changed. */
export class SingleFlows {
  readonly #flows = new Map<string, Flow>();
  readonly #changed = new Set<string>();

  /** Gives the key back. */
  set(key: string, flow: Flow): string {
    this.#flows.set(key, flow);
    this.#changed.add(key);
    return key;
  }

  delete(key: string): void {
    this.#flows.delete(key);
    this.#changed.add(key);
  }

  /** Adds what changed since the last call. */
  takeChanges(to: { readonly set: Map<string, Flow>; readonly removed: Set<string> }): void {
    for (const key of this.#changed) {
      const flow = this.#flows.get(key);
      if (flow) to.set.set(key, flow);
      else to.removed.add(key);
    }
    this.#changed.clear();
  }

  flows(): IterableIterator<[string, Flow]> {
    return this.#flows.entries();
  }
}
