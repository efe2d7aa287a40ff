import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Leaves `test-results/LANE.counts` in the package: one line `passed failed skipped`, which `tools/test` adds up.
 * A file that could not even be collected counts as one failure.
 */
export class CountingReporter implements Reporter {
  readonly #lane: string;

  constructor(lane: string) {
    this.#lane = lane;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
    }
    mkdirSync('test-results', { recursive: true });
    writeFileSync(`test-results/${this.#lane}.counts`, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
  }
}
