import { describe, expect, it } from 'vitest';
import { ReconcileLoop, type PassReason } from './loop.js';
import { FakeClock } from './testing/index.js';

function loopOf(pass: (reason: PassReason, count: number) => Promise<void> | void) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const passes: { at: number; reason: PassReason }[] = [];
  const failures: number[] = [];
  const loop = new ReconcileLoop({
    clock,
    intervalMs: 30_000,
    retryMs: { first: 100, longest: 1_000 },
    signal: controller.signal,
    onError: (_, count) => failures.push(count),
    async pass({ reason }) {
      passes.push({ at: clock.now(), reason });
      await pass(reason, passes.length);
    },
  });
  return { clock, controller, passes, failures, loop };
}

describe('ReconcileLoop', () => {
  it('passes at the start, when triggered, and when time has passed', async () => {
    const { clock, loop, passes } = loopOf(() => undefined);
    loop.start();
    await clock.advance(10);
    loop.trigger();
    loop.trigger();
    await clock.advance(30_000);
    expect(passes).toEqual([
      { at: 0, reason: 'start' },
      { at: 10, reason: 'trigger' },
      { at: 30_010, reason: 'interval' },
    ]);
  });

  it('passes once more for triggers that came during a pass', async () => {
    let finish = (): void => undefined;
    const { clock, loop, passes } = loopOf((_, count) => {
      if (count === 1) return new Promise<void>((resolve) => (finish = resolve));
      return undefined;
    });
    loop.start();
    await clock.advance(1);
    loop.trigger();
    loop.trigger();
    await clock.advance(1);
    expect(passes).toHaveLength(1);
    finish();
    await clock.advance(1);
    expect(passes.map(({ reason }) => reason)).toEqual(['start', 'trigger']);
  });

  it('tries again after ever longer delays, and forgets them after a success', async () => {
    const { clock, loop, passes, failures } = loopOf((_, count) => {
      if (count <= 6) throw new Error('no');
    });
    loop.start();
    await clock.advance(10_000);
    expect(passes.map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
    expect(failures).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ends while it waits', async () => {
    const { clock, controller, loop, passes } = loopOf(() => undefined);
    loop.start();
    await clock.advance(1);
    controller.abort();
    await loop.ended();
    expect(passes).toHaveLength(1);
  });

  it('is idle after a success when nothing more is asked for', async () => {
    const { clock, controller, loop, passes } = loopOf((_, count) => {
      if (count === 1) throw new Error('no');
      if (count === 2) loop.trigger();
    });
    let idle = false;
    const waiting = loop.idle().then(() => (idle = true));
    loop.start();
    await clock.advance(99);
    expect(idle).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(passes).toHaveLength(3);
    await loop.idle();
    loop.trigger();
    const next = loop.idle({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(next).rejects.toThrow('enough');
    loop.trigger();
    const last = loop.idle();
    controller.abort(new Error('the end'));
    await expect(last).rejects.toThrow('the end');
    await expect(loop.idle()).rejects.toThrow('the end');
  });
});
