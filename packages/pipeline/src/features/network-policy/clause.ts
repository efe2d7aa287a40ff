import type { MatchPart } from './match-part.js';

/**
 * The ways in which one clause can be met, each with how many ask for it: two members of a rule may have the same
 * address, and one of them may go.
 */
export class Clause {
  /** By the parts' keys. A part is put together where it is asked for: there are a hundred thousand. */
  readonly #matches = new Map<string, MatchPart['match']>();
  /** How many more than one ask for a part; few parts are here. */
  readonly #more = new Map<string, number>();

  get size(): number {
    return this.#matches.size;
  }

  /** Whether the part is new. */
  add(part: MatchPart): boolean {
    if (this.#matches.has(part.key)) {
      this.#more.set(part.key, (this.#more.get(part.key) ?? 0) + 1);
      return false;
    }
    this.#matches.set(part.key, part.match);
    return true;
  }

  /** Whether nobody asks for the part any more. */
  remove(part: MatchPart): boolean {
    const more = this.#more.get(part.key);
    if (more === undefined) return this.#matches.delete(part.key);
    if (more === 1) this.#more.delete(part.key);
    else this.#more.set(part.key, more - 1);
    return false;
  }

  *parts(): Generator<MatchPart> {
    for (const [key, match] of this.#matches) yield { key, match };
  }
}
