import { expect, test } from 'vitest';
import { backoffMs } from './backoff.js';

test('a few quick attempts, then 1, 2, 4 and 8 seconds', () => {
  const waits = Array.from({ length: 11 }, (_, failures) => backoffMs(failures));
  expect(waits).toEqual([100, 100, 100, 100, 100, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
});
