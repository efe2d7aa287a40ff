import { FakeClock } from '@antrea-ts/reconcile/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { expect, it } from 'vitest';
import { LatePorts } from './late-ports.js';

function made() {
  const clock = new FakeClock();
  const logger = memoryLogger();
  let attempts = 0;
  let ready = false;
  const attempt = async (): Promise<void> => {
    attempts += 1;
    if (!ready) throw new Error('no adapter yet');
  };
  return {
    ports: new LatePorts({ logger, clock }),
    clock,
    logger,
    attempt,
    attempts: () => attempts,
    appear: () => (ready = true),
  };
}

it('connects a Pod as soon as it can, once', async () => {
  const { ports, clock, attempt, attempts, appear } = made();
  ports.connect('a', attempt);
  await clock.advance(2_500);
  expect(attempts()).toBe(3);
  appear();
  await clock.advance(10_000);
  expect(attempts()).toBe(4);
});

it('ends with the Pod, and tells when a minute was not enough', async () => {
  const { ports, clock, logger, attempt, attempts } = made();
  ports.connect('a', attempt);
  await clock.advance(1_000);
  ports.forget('a');
  await clock.advance(10_000);
  expect(attempts()).toBe(2);
  ports.connect('b', attempt);
  await clock.advance(70_000);
  expect(logger.entries.filter(({ level }) => level === 'error').map(({ fields }) => fields['pod'])).toEqual(['b']);
  const before = attempts();
  await clock.advance(70_000);
  expect(attempts()).toBe(before);
});
