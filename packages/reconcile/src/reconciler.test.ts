import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReconcileError } from './errors.js';
import { createReconciler } from './reconciler.js';
import { createMemoryDriver, FakeClock } from './testing/index.js';

function setUp(initial: Record<string, number> = {}) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const driver = createMemoryDriver<string, number>(Object.entries(initial));
  const errors: unknown[] = [];
  const reconciler = createReconciler<string, number>({
    driver,
    equals: (a, b) => a === b,
    clock,
    resyncMs: 30_000,
    retryMs: { first: 100, longest: 1_000 },
    onError: (error) => errors.push(error),
    signal: controller.signal,
  });
  return { clock, controller, driver, errors, reconciler, state: () => Object.fromEntries(driver.state) };
}

describe('createReconciler', () => {
  it('sends the difference only, and nothing when nothing differs', async () => {
    const { driver, reconciler, state } = setUp({ keep: 1, change: 1, stale: 1 });
    reconciler.replaceDesired(new Map(Object.entries({ keep: 1, change: 2, fresh: 3 })));
    expect(driver.observations).toBe(0);
    reconciler.start();
    await reconciler.idle();
    expect(state()).toEqual({ keep: 1, change: 2, fresh: 3 });
    expect(driver.plans).toHaveLength(1);
    expect(driver.plans[0]?.create.size).toBe(1);
    reconciler.resync();
    await reconciler.idle();
    expect([driver.observations, driver.plans.length]).toEqual([2, 1]);
  });

  it('tries again what failed, alone, while its neighbours proceed', async () => {
    const { clock, driver, errors, reconciler, state } = setUp();
    driver.failNextItem('bad', new Error('no room'));
    reconciler.setDesired('good', 1);
    reconciler.setDesired('bad', 2);
    reconciler.start();
    await clock.advance(0);
    expect(state()).toEqual({ good: 1 });
    expect([...reconciler.pending]).toEqual(['bad']);
    expect(errors[0]).toBeInstanceOf(ReconcileError);
    expect(String(errors[0])).toContain('apply: 1 of 2 items failed; first: bad: no room');
    await clock.advance(100);
    expect(state()).toEqual({ good: 1, bad: 2 });
    expect([...(driver.plans[1]?.create.keys() ?? [])]).toEqual(['bad']);
  });

  it('reads everything back after a plan that failed as a whole', async () => {
    const { clock, driver, reconciler, state } = setUp();
    driver.failNext('apply');
    reconciler.setDesired('a', 1);
    reconciler.start();
    await clock.advance(0);
    expect(driver.observations).toBe(1);
    await clock.advance(100);
    expect(driver.observations).toBe(2);
    expect(state()).toEqual({ a: 1 });
  });

  it('removes nothing while reading back fails', async () => {
    const { clock, driver, reconciler, state } = setUp({ a: 1 });
    driver.failNext('observe');
    driver.failNext('observe');
    reconciler.start();
    await clock.advance(200);
    expect(driver.plans).toEqual([]);
    await clock.advance(200);
    expect(state()).toEqual({});
  });

  it('repairs at the next resync what others changed unseen', async () => {
    const { clock, driver, reconciler, state } = setUp();
    reconciler.setDesired('a', 1);
    reconciler.start();
    await reconciler.idle();
    driver.state.delete('a');
    driver.state.set('foreign', 9);
    await clock.advance(29_000);
    expect(state()).toEqual({ foreign: 9 });
    await clock.advance(2_000);
    expect(state()).toEqual({ a: 1 });
  });

  it('takes a change that is seen while the state is read back for newer', async () => {
    const { clock, driver, reconciler, state } = setUp({ a: 1 });
    const release = driver.holdNext('observe');
    reconciler.setDesired('a', 1);
    reconciler.start();
    await clock.advance(0);
    driver.state.delete('a');
    reconciler.noteObserved('a', undefined);
    release();
    await reconciler.idle();
    expect(state()).toEqual({ a: 1 });
  });

  it('follows what is desired while a plan is applied', async () => {
    const { clock, driver, reconciler, state } = setUp();
    const release = driver.holdNext('apply');
    reconciler.setDesired('a', 1);
    reconciler.setDesired('b', 1);
    reconciler.start();
    await clock.advance(0);
    reconciler.setDesired('a', 2);
    reconciler.deleteDesired('b');
    release();
    await reconciler.idle();
    expect(state()).toEqual({ a: 2 });
  });

  it('ends', async () => {
    const { clock, controller, reconciler } = setUp();
    reconciler.start();
    await clock.advance(0);
    controller.abort(new Error('the end'));
    await reconciler.ended();
    await expect(reconciler.idle()).rejects.toThrow('the end');
  });

  it('reaches what is desired, whatever happens on the way', async () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const event = fc.oneof(
      fc.tuple(fc.constant('set' as const), key, fc.nat(3)),
      fc.tuple(fc.constant('delete' as const), key, fc.nat(3)),
      fc.tuple(fc.constant('drift' as const), key, fc.nat(3)),
      fc.tuple(fc.constant('failItem' as const), key, fc.nat(3)),
      fc.tuple(fc.constant('failCall' as const), fc.constantFrom('observe' as const, 'apply' as const), fc.nat(3)),
      fc.tuple(fc.constant('wait' as const), key, fc.nat(300)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
        const { clock, driver, reconciler, state } = setUp({ old: 1 });
        reconciler.start();
        for (const [kind, name, value] of events) {
          if (kind === 'set') reconciler.setDesired(name, value);
          else if (kind === 'delete') reconciler.deleteDesired(name);
          else if (kind === 'drift') driver.state.set(name, value);
          else if (kind === 'failItem') driver.failNextItem(name);
          else if (kind === 'failCall') driver.failNext(name);
          else await clock.advance(value);
        }
        // A switch that was never used lies in wait; a full round of backoff and one resync use them up.
        await clock.advance(200_000);
        expect(state()).toEqual(Object.fromEntries(reconciler.desired));
        expect(reconciler.pending.size).toBe(0);
      }),
    );
  });
});
