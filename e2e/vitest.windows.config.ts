import { defineConfig } from 'vitest/config';
import { CountingReporter } from '../tools/presets/counting-reporter.ts';

/** The Linux side of what runs under Wine. */
export default defineConfig({
  test: {
    include: ['src/windows/**/*.windows.test.ts'],
    reporters: ['verbose', new CountingReporter('windows-node')],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 240_000,
  },
});
