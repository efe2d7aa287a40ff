import { emptySpan, type Span } from './computed-group.js';

/** All Nodes of some spans. Most policies have one AppliedToGroup, and share its set. */
export function unionOf(spans: Iterable<Span>): Span {
  const distinct = new Set<Span>();
  for (const span of spans) if (span.size > 0) distinct.add(span);
  if (distinct.size <= 1) return [...distinct][0] ?? emptySpan;
  const union = new Set<string>();
  for (const span of distinct) for (const node of span) union.add(node);
  return union;
}

export function sameSpan(a: Span, b: Span): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const node of a) if (!b.has(node)) return false;
  return true;
}
