/** Which direction is good: rates are `higher`, times and sizes `lower`. */
export type Better = 'higher' | 'lower';

/** What repetitions came to, in the row's unit. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly best: number;
  /** 99 of 100 repetitions were at least this good; with fewer than a hundred it is the worst one. */
  readonly p99: number;
}

/** Sums repetitions up. Throws when there are none. */
export function summarize(samples: readonly number[], better: Better): Summary {
  if (samples.length === 0) throw new RangeError('there is nothing to sum up');
  const fromBest = samples.toSorted((a, b) => (better === 'lower' ? a - b : b - a));
  return {
    count: fromBest.length,
    median: median(fromBest),
    best: fromBest[0]!,
    p99: fromBest[Math.ceil(fromBest.length * 0.99) - 1]!,
  };
}

/** How many times as good the first is as the second: above one, ours is better. */
export function ratio(ours: Summary, peer: Summary, better: Better): number {
  return better === 'higher' ? ours.median / peer.median : peer.median / ours.median;
}

function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)]!;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]!;
  return (lower + upper) / 2;
}
