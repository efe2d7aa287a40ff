import { defineConfig } from 'vitest/config';
import { CountingReporter } from './counting-reporter.ts';

/**
 * The one vitest configuration. `--mode integration` picks the tests that start real programs (Open vSwitch, netlink
 * in namespaces of their own), the default mode picks the others. Packages resolve each other from source, so a test
 * needs no build.
 */
export default defineConfig(({ mode }) => {
  const integration = mode === 'integration';
  return {
    resolve: { conditions: ['@antrea-ts/source'] },
    ssr: { resolve: { conditions: ['@antrea-ts/source', 'node', 'import', 'module', 'default'] } },
    test: {
      include: integration ? ['src/**/*.integration.test.ts'] : ['src/**/*.test.ts'],
      exclude: integration ? [] : ['src/**/*.integration.test.ts'],
      reporters: ['default', new CountingReporter(integration ? 'integration' : 'unit')],
      passWithNoTests: true,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      fileParallelism: !integration,
      maxWorkers: 2,
    },
  };
});
