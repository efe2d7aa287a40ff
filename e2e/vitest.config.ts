import { defineConfig } from 'vitest/config';
import { CountingReporter } from '../tools/presets/counting-reporter.ts';

/** Each file brings up labs of its own; one at a time, because a machine has few cores. */
export default defineConfig({
  test: {
    include: ['src/**/*.e2e.test.ts'],
    reporters: ['default', new CountingReporter('e2e')],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
