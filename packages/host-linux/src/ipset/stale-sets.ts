import type { CommandRunner } from '@antrea-ts/runtime';
import { destroySet, listSets } from './pod-ip-set.js';

/** Every set of ours begins so, in this version and in others. */
const prefix = 'ANTREA-';

/**
 * Removes sets of ours that no rule names any more. One that a rule of somebody else uses stays, and is told once:
 * `kept` remembers it. Returns what was done.
 */
export async function removeStaleSets(
  run: CommandRunner,
  wanted: readonly string[],
  kept: Set<string>,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const stale = (await listSets(run, { signal })).filter((name) => name.startsWith(prefix) && !wanted.includes(name));
  const changes: string[] = [];
  for (const name of stale) {
    if (await destroySet(run, name, { signal })) changes.push(`ipset ${name}: removed`);
    else if (!kept.has(name)) {
      kept.add(name);
      changes.push(`ipset ${name}: left, a rule of somebody else uses it`);
    }
  }
  return changes;
}
