/** Id of the conjunction that intercepts DNS answers; rules begin after it. */
export const dnsConjunctionId = 1;
const firstRuleId = 2;
const lastId = 0xffff_ffff;

/**
 * Ids of conjunctions, given to rules. Released ids are used again, the one that was released first before others:
 * counters, logs and connections speak of an id for a while after its rule is gone, so the caller decides when it is
 * released.
 *
 * After a restart the ids of installed rules are known by the rules' hashes, and a rule gets its own again.
 */
export class ConjunctionIds {
  #next = firstRuleId;
  /** In the order of their release. */
  readonly #free = new Set<number>();
  /** Installed ids that no rule has asked for yet, ascending, by the hash of their rule. */
  readonly #recovered = new Map<number, number[]>();

  /** All that were found, whoever has them now: they are not counted up to, but come back by release. */
  readonly #found: ReadonlySet<number>;

  constructor(recovered: ReadonlyMap<number, readonly number[]> = new Map()) {
    for (const [hash, ids] of recovered) {
      const usable = ids.filter((id) => id >= firstRuleId).sort((a, b) => a - b);
      if (usable.length > 0) this.#recovered.set(hash, usable);
    }
    this.#found = new Set([...this.#recovered.values()].flat());
  }

  /** The id that an installed rule with this hash has; undefined where there is none, or it was claimed already. */
  claim(hash: number): number | undefined {
    const ids = this.#recovered.get(hash);
    const id = ids?.shift();
    if (ids?.length === 0) this.#recovered.delete(hash);
    return id;
  }

  allocate(): number {
    const [released] = this.#free;
    if (released !== undefined) {
      this.#free.delete(released);
      return released;
    }
    while (this.#found.has(this.#next)) this.#next += 1;
    if (this.#next > lastId) throw new Error('pipeline: no conjunction id is left');
    return this.#next++;
  }

  release(id: number): void {
    this.#free.add(id);
  }

  /** Gives up the installed ids that nobody claimed: those rules are gone. */
  abandonRecovered(): readonly number[] {
    const ids = [...this.#recovered.values()].flat();
    this.#recovered.clear();
    return ids;
  }
}
