import type { MatchPart } from './match-part.js';

/**
 * The ways in which one clause can be met, each with how many ask for it: two members of a rule may have the same
 * address, and one of them may go.
 */
export class Clause {
  readonly #parts = new Map<string, MatchPart>();
  /** How many more than one ask for a part; few parts are here. */
  readonly #more = new Map<string, number>();

  get size(): number {
    return this.#parts.size;
  }

  /** Whether the part is new. */
  add(part: MatchPart): boolean {
    if (this.#parts.has(part.key)) {
      this.#more.set(part.key, (this.#more.get(part.key) ?? 0) + 1);
      return false;
    }
    this.#parts.set(part.key, part);
    return true;
  }

  /** Whether nobody asks for the part any more. */
  remove(part: MatchPart): boolean {
    const more = this.#more.get(part.key);
    if (more === undefined) return this.#parts.delete(part.key);
    if (more === 1) this.#more.delete(part.key);
    else this.#more.set(part.key, more - 1);
    return false;
  }

  parts(): IterableIterator<MatchPart> {
    return this.#parts.values();
  }
}
