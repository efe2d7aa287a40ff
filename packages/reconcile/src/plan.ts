import type { Plan } from './driver.js';

/** What has to change so that `observed` becomes `desired`. */
export function planDiff<K, V>(
  desired: ReadonlyMap<K, V>,
  observed: ReadonlyMap<K, V>,
  equals: (a: V, b: V) => boolean,
): Plan<K, V> {
  const create = new Map<K, V>();
  const update = new Map<K, { readonly observed: V; readonly desired: V }>();
  const remove = new Map<K, V>();
  for (const [key, value] of desired) {
    const found = observed.get(key);
    if (found === undefined) create.set(key, value);
    else if (!equals(found, value)) update.set(key, { observed: found, desired: value });
  }
  for (const [key, value] of observed) if (!desired.has(key)) remove.set(key, value);
  return { create, update, remove };
}

/** How many things a plan changes. */
export function planSize(plan: Plan<unknown, unknown>): number {
  return plan.create.size + plan.update.size + plan.remove.size;
}

export function isEmptyPlan(plan: Plan<unknown, unknown>): boolean {
  return planSize(plan) === 0;
}
