/** Nodes that need an object. The same set object means the same Nodes: it is made anew when they change. */
export type Span = ReadonlySet<string>;

export const emptySpan: Span = new Set();

/** All Nodes of some spans. Most policies have one AppliedToGroup, and share its set. */
export function unionOf(spans: Iterable<Span>): Span {
  let first = emptySpan;
  let union: Set<string> | undefined;
  for (const span of spans) {
    if (span.size === 0 || span === first) continue;
    if (first.size === 0) first = span;
    else {
      union ??= new Set(first);
      for (const node of span) union.add(node);
    }
  }
  return union ?? first;
}

export function sameSpan(a: Span, b: Span): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const node of a) if (!b.has(node)) return false;
  return true;
}
