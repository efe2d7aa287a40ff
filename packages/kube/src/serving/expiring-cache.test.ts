import { expect, it } from 'vitest';
import { ExpiringCache } from './expiring-cache.js';

it('asks once in a lifetime, once for many at a time, and again after a failure', async () => {
  let now = 0;
  let asked = 0;
  const cache = new ExpiringCache<number>({ lifetimeMs: 10, now: () => now });
  const ask = (): Promise<number> => cache.get('a', async () => ++asked);
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  now = 9;
  expect(await ask()).toBe(1);
  now = 10;
  expect(await ask()).toBe(2);
  now = 20;
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await ask()).toBe(3);
});

it('forgets the oldest above its size', async () => {
  let asked = 0;
  const cache = new ExpiringCache<number>({ lifetimeMs: 10, maxEntries: 2, now: () => 0 });
  for (const key of ['a', 'b', 'c']) await cache.get(key, async () => ++asked);
  await cache.get('c', async () => ++asked);
  expect(asked).toBe(3);
  await cache.get('a', async () => ++asked);
  expect(asked).toBe(4);
});
