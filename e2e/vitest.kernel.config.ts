import { defineConfig } from 'vitest/config';
import { CountingReporter } from '../tools/presets/counting-reporter.ts';

/** What runs in the virtual machine of tools/vm, where a processor is emulated. */
export default defineConfig({
  test: {
    include: ['src/kernel/**/*.kernel.test.ts'],
    reporters: ['verbose', new CountingReporter('kernel')],
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 400_000,
  },
});
