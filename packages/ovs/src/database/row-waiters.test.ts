import type { Uuid } from '@antrea-ts/ovsdb';
import { expect, test } from 'vitest';
import { RowWaiters } from './row-waiters.js';

const [a, b] = ['a', 'b'] as unknown as readonly [Uuid, Uuid];
const never = () => new AbortController().signal;

test('a wait is asked at once and at changes of its own row only', async () => {
  const waiters = new RowWaiters();
  expect(await waiters.wait(a, () => 'now', { signal: never() })).toBe('now');
  let value: number | undefined;
  let asked = 0;
  const waiting = waiters.wait(a, () => ((asked += 1), value), { signal: never() });
  waiters.changed(b);
  waiters.changed(a);
  expect(asked).toBe(2);
  value = 5;
  waiters.changed(a);
  expect(await waiting).toBe(5);
  waiters.changed(a);
  expect(asked).toBe(3);
});

test('a wait ends with what the test throws, with the abort, or with everything', async () => {
  const waiters = new RowWaiters();
  let broken = false;
  const test = () => {
    if (broken) throw new Error('gone');
    return undefined;
  };
  const thrown = waiters.wait(a, test, { signal: never() });
  broken = true;
  waiters.changed(a);
  await expect(thrown).rejects.toThrow('gone');

  const abort = new AbortController();
  const aborted = waiters.wait(a, () => undefined, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');

  const both = [a, b].map((uuid) => waiters.wait(uuid, () => undefined, { signal: never() }));
  waiters.failAll(new Error('closed'));
  for (const result of await Promise.allSettled(both)) expect(result).toMatchObject({ reason: { message: 'closed' } });
});
