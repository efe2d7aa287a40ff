import type { Plan } from './driver.js';

export interface DescribePlanOptions<K> {
  /** How many keys of each kind are named; 3 unless given. */
  readonly limit?: number;
  readonly formatKey?: (key: K) => string;
}

/** A plan as one line for logs: how much it changes, and the first keys of each kind. */
export function describePlan<K>(plan: Plan<K, unknown>, options: DescribePlanOptions<K> = {}): string {
  const parts = (['create', 'update', 'remove'] as const)
    .filter((kind) => plan[kind].size > 0)
    .map((kind) => `${kind} ${plan[kind].size} (${firstKeys(plan[kind].keys(), plan[kind].size, options)})`);
  return parts.length === 0 ? 'no change' : parts.join(', ');
}

function firstKeys<K>(keys: Iterable<K>, size: number, options: DescribePlanOptions<K>): string {
  const { limit = 3, formatKey = String } = options;
  const named: string[] = [];
  for (const key of keys) {
    if (named.length === limit) break;
    named.push(formatKey(key));
  }
  if (size > named.length) named.push('...');
  return named.join(', ');
}
