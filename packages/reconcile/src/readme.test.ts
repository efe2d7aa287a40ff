import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createReconciler, describePlan, type Clock } from './index.js';
import { createMemoryDriver } from './testing/index.js';

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

interface Route {
  readonly via: string;
}

test('the example of the README does what it says', async () => {
  const driver = createMemoryDriver<string, Route>();
  const log: string[] = [];
  // README example: begin
  const clock: Clock = {
    now: () => performance.now(),
    setTimer: (ms, callback) =>
      (
        (timer) => () =>
          clearTimeout(timer)
      )(setTimeout(callback, ms)),
  };
  const lifetime = new AbortController();
  const routes = createReconciler<string, Route>({
    driver, // reads back what is ours, and applies plans: see Driver
    equals: (observed, desired) => observed.via === desired.via,
    clock,
    resyncMs: 60_000,
    retryMs: { first: 100, longest: 10_000 },
    onPlan: (plan) => log.push(describePlan(plan)), // "create 1 (10.10.2.0/24)"
    signal: lifetime.signal,
  });
  routes.setDesired('10.10.2.0/24', { via: '192.168.0.2' });
  routes.start();
  await routes.idle(); // what is desired is there
  lifetime.abort();
  await routes.ended();
  // README example: end
  expect(Object.fromEntries(driver.state)).toEqual({ '10.10.2.0/24': { via: '192.168.0.2' } });
  expect(log).toEqual(['create 1 (10.10.2.0/24)']);

  const source = file('./readme.test.ts')
    .split(/ *\/\/ README example: (?:begin|end)\n/)[1]!
    .replace(/^ {2}/gm, '');
  expect(file('../README.md')).toContain(source.trim());
});
