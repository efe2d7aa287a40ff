/** A step that others build on, and how to take it back. */
export interface Step {
  /** For the message: `create HNS network antrea-hnsnetwork`. */
  readonly what: string;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly undo?: (signal: AbortSignal) => Promise<void>;
}

/** How long taking back may take, in milliseconds: it has a deadline of its own, because the caller's may have passed. */
const undoDeadlineMs = 60_000;

/** A step failed; the ones before it were taken back, as far as `undoFailures` does not tell otherwise. */
export class StepError extends Error {
  readonly step: string;
  readonly undoFailures: readonly { readonly step: string; readonly error: unknown }[];

  constructor(step: string, cause: unknown, undoFailures: StepError['undoFailures']) {
    const left = undoFailures.map((failure) => `; could not take back "${failure.step}": ${String(failure.error)}`);
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}${left.join('')}`, { cause });
    this.name = 'StepError';
    this.step = step;
    this.undoFailures = undoFailures;
  }
}

/**
 * Runs steps one after the other. When one fails, that and all before it are taken back, last first, each whether or
 * not another could be.
 */
export async function runSteps(steps: readonly Step[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const begun: Step[] = [];
  for (const step of steps) {
    begun.push(step);
    try {
      signal.throwIfAborted();
      await step.run(signal);
    } catch (error) {
      throw new StepError(step.what, error, await undoAll(begun));
    }
  }
}

async function undoAll(begun: readonly Step[]): Promise<StepError['undoFailures']> {
  const failures: { step: string; error: unknown }[] = [];
  for (const { what, undo } of begun.toReversed()) {
    try {
      await undo?.(AbortSignal.timeout(undoDeadlineMs));
    } catch (error) {
      failures.push({ step: what, error });
    }
  }
  return failures;
}
