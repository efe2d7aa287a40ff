import { fixtures, type Fixture } from '../fixtures/fixtures.js';
import { runFixture } from '../fixtures/run-fixture.js';
import type { PolicyFixtureAnswer } from '../inside/policy-fixture.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

/** Of this fixture a Pod is relabelled. */
const relabelled = 'small';

/** Policy of whole clusters of fixed shapes: what the controller computes, without its API. */
export const clusterPolicies: Workload = {
  name: 'cluster-policies',
  description: 'policies, groups and spans of whole clusters, each in a process of its own, from objects to events',
  run: async (context) => {
    const rows: Row[] = [];
    for (const fixture of fixtures) rows.push(...(await rowsOf(fixture, context)));
    return rows;
  },
};

async function rowsOf(fixture: Fixture, { quick, signal, progress }: Context): Promise<Row[]> {
  const { name, description, goalMs, goalMiB } = fixture;
  const answers: PolicyFixtureAnswer[] = [];
  for (let index = 0; index < (quick ? 1 : 5); index += 1) {
    progress(`${name}: ${description}`);
    const relabels = name === relabelled ? (quick ? 20 : 1_000) : 0;
    answers.push(await runFixture({ fixture: name, scale: quick ? 0.02 : 1, relabels }, signal));
  }
  const row = (what: string, unit: string, of: (answer: PolicyFixtureAnswer) => number, goal?: string): Row => ({
    what: `${what} of ${name}`,
    unit,
    better: 'lower',
    ours: summarize(answers.map(of), 'lower'),
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    row('policy', 'ms', ({ milliseconds }) => milliseconds, `${goalMs} ms`),
    row('main thread, policy', 'ms', ({ mainThreadMs }) => mainThreadMs),
    row('processors, policy', 'ms', ({ processorMs }) => processorMs),
    row('peak memory', 'MiB', ({ peakMiB }) => peakMiB, goalMiB === undefined ? undefined : `${goalMiB} MiB`),
    row('heap after collection, with the objects,', 'MiB', ({ heapMiB }) => heapMiB),
    {
      what: `an agent's first lists, of ${name}`,
      unit: 'ms',
      better: 'lower',
      ours: summarize(
        answers.flatMap(({ firstListsMs }) => firstListsMs),
        'lower',
      ),
    },
    ...(name === relabelled ? relabelRows(answers) : []),
  ];
}

function relabelRows(answers: readonly PolicyFixtureAnswer[]): Row[] {
  const what = `one Pod of ${relabelled} relabelled, until its watch event is there`;
  const row = (name: string, samples: readonly number[], goal?: string): Row => ({
    what: name,
    unit: 'ms',
    better: 'lower',
    ours: summarize(samples, 'lower'),
    ...(goal === undefined ? {} : { goal }),
  });
  const [all, undisturbed] = [
    answers.flatMap(({ relabelMs }) => relabelMs),
    answers.flatMap(({ undisturbedRelabelMs }) => undisturbedRelabelMs),
  ];
  const rest = undisturbed.length > 0 ? [row(`${what}; no other process had its processor`, undisturbed)] : [];
  return [row(what, all, '1 ms (p99)'), ...rest];
}
