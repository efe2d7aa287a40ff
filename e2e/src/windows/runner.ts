import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ContractRunner } from '@antrea-ts/host/testing';

const counts = { passed: 0, failed: 0 };

/** Node's own test runner: others need more of Windows than Wine has. Counts go to the file that is the first argument. */
export const runner: ContractRunner = {
  describe: (name, body) => void describe(name, body),
  it(name, body) {
    void test(name, async () => {
      // Failed until it has passed: a test that never ends counts, too.
      counts.failed += 1;
      await body();
      counts.failed -= 1;
      counts.passed += 1;
    });
  },
  expect: (actual, message) => ({
    toEqual: (expected) => assert.deepEqual(actual, expected, message),
    toContain(expected) {
      assert.ok(String(actual).includes(String(expected)), `${String(actual)} does not have ${String(expected)}`);
    },
  }),
};

process.on('exit', () => {
  const [, , file] = process.argv;
  if (file) writeFileSync(file, `${counts.passed} ${counts.failed} 0\n`);
});
