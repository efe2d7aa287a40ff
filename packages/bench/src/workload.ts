import type { Better, Summary } from './measure/summary.js';

/** One line of the table. */
export interface Row {
  /** What was measured, with the parameters that matter. */
  readonly what: string;
  /** Of all figures of the row, such as `ms` or `flows/s`. */
  readonly unit: string;
  readonly better: Better;
  readonly ours: Summary;
  /** The same, by another tool on this machine. */
  readonly peer?: { readonly tool: string; readonly summary: Summary };
  /** What we want to reach, in words. */
  readonly goal?: string;
}

/** What a workload gets. */
export interface Context {
  /** Fewer repetitions and smaller sizes: to see that it works, not to compare. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** Tells what is going on now. */
  readonly progress: (text: string) => void;
}

/** Something to measure. What it makes, it removes, also when it fails or is aborted. */
export interface Workload {
  readonly name: string;
  readonly description: string;
  /** Why it cannot run on this machine; `undefined` when it can. */
  readonly whyNot?: () => string | undefined;
  readonly run: (context: Context) => Promise<readonly Row[]>;
}
