import { describe, expect, it } from 'vitest';
import { summarize } from './measure/summary.js';
import { runBench } from './run-bench.js';
import type { Workload } from './workload.js';

const row = { what: 'x', unit: 'ms', better: 'lower', ours: summarize([1], 'lower') } as const;
const good: Workload = { name: 'good', description: '', run: async () => [row] };
const bad: Workload = {
  name: 'bad',
  description: '',
  run: async () => {
    throw new Error('no luck');
  },
};
const absent: Workload = { ...bad, name: 'absent', whyNot: () => 'not on this machine' };

function options(signal = new AbortController().signal) {
  return { quick: true, signal, progress: () => undefined };
}

describe('runBench', () => {
  it('goes on after workloads that fail or cannot run, and names them', async () => {
    expect(await runBench([bad, absent, good], options())).toEqual({
      rows: [row],
      missing: [
        { name: 'bad', reason: 'no luck', failed: true },
        { name: 'absent', reason: 'not on this machine', failed: false },
      ],
    });
  });

  it('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const interrupted: Workload = {
      ...bad,
      run: async () => {
        controller.abort(new Error('interrupted'));
        throw new Error('the connection is gone');
      },
    };
    await expect(runBench([interrupted, good], options(controller.signal))).rejects.toThrow('interrupted');
  });
});
