import { SmallSet } from './small-set.js';

/** Nodes that need an object. The same set object means the same Nodes: it is made anew when they change. */
export interface Span extends Iterable<string> {
  readonly size: number;
  has(node: string): boolean;
  forEach(take: (node: string) => void): void;
}

export const emptySpan: Span = new SmallSet<string>();

/** All Nodes of some spans. Most policies have one AppliedToGroup, and share its set. */
export class SpanUnion {
  #first = emptySpan;
  #union: SmallSet<string> | undefined = undefined;

  get span(): Span {
    return this.#union ?? this.#first;
  }

  add(span: Span): void {
    if (span.size === 0 || span === this.#first) return;
    if (this.#first.size === 0) {
      this.#first = span;
      return;
    }
    const union = (this.#union ??= SmallSet.of(this.#first));
    span.forEach((node) => union.add(node));
  }
}

export function sameSpan(a: Span, b: Span): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const node of a) if (!b.has(node)) return false;
  return true;
}
