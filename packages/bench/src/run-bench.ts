import { errorMessage } from '@antrea-ts/runtime';
import type { Row, Workload } from './workload.js';

/** What became of the workloads. */
export interface BenchResult {
  readonly rows: readonly Row[];
  /** Those that this machine cannot run, and those that failed. */
  readonly missing: readonly { readonly name: string; readonly reason: string; readonly failed: boolean }[];
}

/** Runs workloads one after the other; one that fails does not keep the others from running. */
export async function runBench(
  workloads: readonly Workload[],
  options: { readonly quick: boolean; readonly signal: AbortSignal; readonly progress: (text: string) => void },
): Promise<BenchResult> {
  const { quick, signal, progress } = options;
  const rows: Row[] = [];
  const missing: BenchResult['missing'][number][] = [];
  for (const workload of workloads) {
    const { name } = workload;
    const reason = workload.whyNot?.();
    if (reason !== undefined) {
      missing.push({ name, reason, failed: false });
      continue;
    }
    progress(`${name}: ${workload.description}`);
    try {
      rows.push(...(await workload.run({ quick, signal, progress: (text) => progress(`${name}: ${text}`) })));
    } catch (error) {
      signal.throwIfAborted();
      missing.push({ name, reason: errorMessage(error), failed: true });
    }
  }
  return { rows, missing };
}
