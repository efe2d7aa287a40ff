import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedQueue } from './keyed-queue.js';
import { FakeClock } from './testing/index.js';

interface Run {
  readonly key: string;
  readonly at: number;
}

function queueOf(
  options: { concurrency?: number; handle?: (key: string, count: number) => Promise<void> | void } = {},
) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const runs: Run[] = [];
  const errors: { key: string; failures: number }[] = [];
  const queue = new KeyedQueue<string>({
    clock,
    concurrency: options.concurrency ?? 1,
    retryMs: { first: 100, longest: 1_000 },
    signal: controller.signal,
    onError: (key, _, failures) => errors.push({ key, failures }),
    async handle(key) {
      runs.push({ key, at: clock.now() });
      await options.handle?.(key, runs.filter((run) => run.key === key).length);
    },
  });
  return { clock, controller, queue, runs, errors };
}

/** Work that lasts until it is released. */
function gates() {
  const open = new Map<string, () => void>();
  return {
    wait: (key: string) => new Promise<void>((resolve) => open.set(key, resolve)),
    release: (key: string) => open.get(key)?.(),
  };
}

const keysOf = (runs: readonly Run[]): string[] => runs.map(({ key }) => key);

describe('KeyedQueue', () => {
  it('works once on a key that was added many times, in the order of the first', async () => {
    const { clock, queue, runs } = queueOf();
    for (const key of ['a', 'b', 'a', 'a', 'c', 'b']) queue.add(key);
    await clock.advance(0);
    expect(runs).toEqual([]);
    queue.start();
    await queue.idle();
    expect(keysOf(runs)).toEqual(['a', 'b', 'c']);
    expect(queue.size).toBe(0);
  });

  it('works again on a key that was added while it was worked on', async () => {
    const gate = gates();
    const { clock, queue, runs } = queueOf({ handle: (key, count) => (count === 1 ? gate.wait(key) : undefined) });
    queue.start();
    queue.add('a');
    await clock.advance(0);
    queue.add('a');
    queue.add('a');
    await clock.advance(0);
    expect(keysOf(runs)).toEqual(['a']);
    gate.release('a');
    await queue.idle();
    expect(keysOf(runs)).toEqual(['a', 'a']);
  });

  it('delays a key that failed, longer each time, while others proceed', async () => {
    const { clock, queue, runs, errors } = queueOf({
      handle(key, count) {
        if (key === 'bad' && count <= 5) throw new Error('no');
      },
    });
    queue.start();
    queue.add('bad');
    queue.add('good');
    await clock.advance(5_000);
    expect(runs.filter(({ key }) => key === 'bad').map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_500, 2_500]);
    expect(runs.filter(({ key }) => key === 'good').map(({ at }) => at)).toEqual([0]);
    expect(errors.map(({ failures }) => failures)).toEqual([1, 2, 3, 4, 5]);
    expect(queue.failuresOf('bad')).toBe(0);
    await queue.idle();
  });

  it('works at once on a delayed key that is added', async () => {
    const { clock, queue, runs } = queueOf({
      handle(_, count) {
        if (count === 1) throw new Error('no');
      },
    });
    queue.start();
    queue.add('a');
    await clock.advance(50);
    queue.add('a');
    await clock.advance(1_000);
    expect(runs).toEqual([
      { key: 'a', at: 0 },
      { key: 'a', at: 50 },
    ]);
  });

  it('takes the earliest of several delays', async () => {
    const { clock, queue, runs } = queueOf();
    queue.start();
    queue.addAfter('a', 300);
    queue.addAfter('a', 200);
    queue.addAfter('a', 400);
    expect(queue.size).toBe(1);
    await clock.advance(1_000);
    expect(runs).toEqual([{ key: 'a', at: 200 }]);
  });

  it('never works on more keys at once than it may, nor on one key twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 15 }),
        fc.scheduler(),
        async (concurrency, keys, scheduler) => {
          const running: string[] = [];
          const stale = new Set<string>();
          const { queue } = queueOf({
            concurrency,
            async handle(key) {
              expect(running).not.toContain(key);
              running.push(key);
              stale.delete(key);
              expect(running.length).toBeLessThanOrEqual(concurrency);
              await scheduler.schedule(Promise.resolve());
              running.splice(running.indexOf(key), 1);
            },
          });
          queue.start();
          for (const key of keys) {
            void scheduler.schedule(Promise.resolve()).then(() => {
              stale.add(key);
              queue.add(key);
            });
          }
          await scheduler.waitIdle();
          await queue.idle();
          expect([...stale]).toEqual([]);
        },
      ),
    );
  });

  it('ends: begins nothing more, drops what was delayed, waits for what runs', async () => {
    const gate = gates();
    const { clock, controller, queue, runs } = queueOf({ handle: (key) => gate.wait(key) });
    queue.start();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    await clock.advance(0);
    const idle = queue.idle();
    controller.abort(new Error('the end'));
    await expect(idle).rejects.toThrow('the end');
    await expect(queue.idle()).rejects.toThrow('the end');
    queue.add('d');
    gate.release('a');
    await queue.ended();
    await clock.advance(1_000);
    expect(keysOf(runs)).toEqual(['a']);
    expect(queue.size).toBe(0);
  });
});
