import { defineConfig } from 'vitest/config';
import { CountingReporter } from '../tools/presets/counting-reporter.ts';

/** Files that count every packet while something happens: nobody else may have the processors then. */
const counting = ['src/restart.e2e.test.ts', 'src/policy-traffic.e2e.test.ts'];

const limits = { testTimeout: 120_000, hookTimeout: 240_000 };

/** Each file brings up labs of its own, which mostly wait: two of them at a time, then the counting ones alone. */
export default defineConfig({
  test: {
    reporters: ['default', new CountingReporter('e2e')],
    projects: [
      {
        test: {
          name: 'labs',
          include: ['src/**/*.e2e.test.ts'],
          exclude: counting,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          ...limits,
        },
      },
      {
        test: { name: 'counting', include: counting, maxWorkers: 1, sequence: { groupOrder: 1 }, ...limits },
      },
    ],
  },
});
