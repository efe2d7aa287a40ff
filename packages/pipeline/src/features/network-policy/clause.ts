import type { MatchPart } from './match-part.js';

/**
 * The ways in which one clause can be met, each with how many ask for it: two members of a rule may have the same
 * address, and one of them may go.
 */
export class Clause {
  readonly #parts = new Map<string, { readonly part: MatchPart; count: number }>();

  get size(): number {
    return this.#parts.size;
  }

  /** Whether the part is new. */
  add(part: MatchPart): boolean {
    const known = this.#parts.get(part.key);
    if (known) known.count += 1;
    else this.#parts.set(part.key, { part, count: 1 });
    return known === undefined;
  }

  /** Whether nobody asks for the part any more. */
  remove(part: MatchPart): boolean {
    const known = this.#parts.get(part.key);
    if (known === undefined) return false;
    known.count -= 1;
    return known.count === 0 && this.#parts.delete(part.key);
  }

  *parts(): Generator<MatchPart> {
    for (const { part } of this.#parts.values()) yield part;
  }
}
