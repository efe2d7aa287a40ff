import { runMain } from '@antrea-ts/runtime';
import { isUsage, parseArguments } from './cli/arguments.js';
import { currentLoad, describeMachine, machineLine } from './cli/machine.js';
import { createProgress } from './cli/progress.js';
import { renderRows } from './cli/table.js';
import { fixtures } from './fixtures/fixtures.js';
import { describeFixture, runFixture } from './fixtures/run-fixture.js';
import { runBench } from './run-bench.js';
import { workloads } from './workloads/index.js';

const interrupted = 130;

await runMain(
  async ({ signal }) => {
    const names = workloads.map(({ name }) => name);
    const parsed = parseArguments(
      process.argv.slice(2),
      names,
      fixtures.map(({ name }) => name),
    );
    if (isUsage(parsed)) {
      (parsed.exitCode === 0 ? process.stdout : process.stderr).write(parsed.output);
      return parsed.exitCode;
    }
    if (parsed.list) {
      for (const { name, description, whyNot } of workloads) {
        const reason = whyNot?.();
        process.stdout.write(
          `${name.padEnd(14)}${description}${reason === undefined ? '' : ` (not here: ${reason})`}\n`,
        );
      }
      return 0;
    }
    if (parsed.fixture !== undefined) {
      const directory = parsed.out === undefined ? {} : { directory: parsed.out };
      const answer = await runFixture({ fixture: parsed.fixture, scale: 1, relabels: 0, ...directory }, signal);
      process.stdout.write(
        parsed.json ? `${JSON.stringify(answer, null, 2)}\n` : describeFixture(parsed.fixture, answer),
      );
      return 0;
    }
    const chosen = workloads.filter(({ name }) => parsed.only.length === 0 || parsed.only.includes(name));
    const loadBefore = currentLoad();
    const progress = createProgress();
    try {
      const result = await runBench(chosen, { quick: parsed.quick, signal, progress });
      const machine = describeMachine(loadBefore);
      if (parsed.json)
        process.stdout.write(`${JSON.stringify({ machine, quick: parsed.quick, ...result }, null, 2)}\n`);
      else {
        process.stdout.write(`${machineLine(machine)}${parsed.quick ? '; QUICK, not for comparison' : ''}\n\n`);
        process.stdout.write(`${renderRows(result.rows)}\n`);
        for (const { name, reason, failed } of result.missing) {
          process.stdout.write(`${name}: ${failed ? 'failed' : 'not run'}: ${reason}\n`);
        }
      }
      return result.missing.some(({ failed }) => failed) ? 1 : 0;
    } catch (error) {
      if (!signal.aborted) throw error;
      process.stderr.write('interrupted; what was made is removed\n');
      return interrupted;
    }
  },
  { failureCode: 1 },
);
