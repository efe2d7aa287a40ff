import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Of what a failed test says, this much is told again at the end of everything. */
const reasonLength = 600;

/**
 * Leaves two files in the package, which `tools/test` reads: `test-results/LANE.counts`, one line
 * `passed failed skipped`, and, if anything failed, `test-results/LANE.failures` with names and reasons.
 * A file that could not even be collected counts as one failure.
 */
export class CountingReporter implements Reporter {
  readonly #lane: string;

  constructor(lane: string) {
    this.#lane = lane;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const failures: string[] = [];
    for (const module of modules) {
      const broken = reason(module.errors());
      if (broken !== '') {
        counts.failed += 1;
        failures.push(`${module.relativeModuleId}\n${broken}`);
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
        if (state === 'failed') failures.push(described(module, test));
      }
    }
    this.#write('counts', `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
    this.#write('failures', failures.join('\n'));
  }

  #write(kind: string, text: string): void {
    const file = `test-results/${this.#lane}.${kind}`;
    mkdirSync('test-results', { recursive: true });
    if (text === '') rmSync(file, { force: true });
    else writeFileSync(file, text.endsWith('\n') ? text : `${text}\n`);
  }
}

function described(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}\n${reason(test.result().errors ?? [])}`;
}

/** The message of each error, and the difference where one was expected to equal another. */
function reason(errors: readonly { readonly message: string; readonly diff?: string }[]): string {
  const text = errors.map(({ message, diff }) => (diff === undefined ? message : `${message}\n${diff}`)).join('\n');
  return text
    .slice(0, reasonLength)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `    ${line}`)
    .join('\n');
}
