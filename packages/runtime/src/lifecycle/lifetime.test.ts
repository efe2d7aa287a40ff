import { describe, expect, it } from 'vitest';
import { Lifetime, openedUnder, orAborted, runTogether, untilAborted } from './lifetime.js';

const never = new Promise<never>(() => undefined);

describe('Lifetime', () => {
  it('closes in reverse, all of it, and tells what failed', async () => {
    const lifetime = new Lifetime();
    const closed: number[] = [];
    lifetime.onStop(() => void closed.push(1));
    lifetime.onStop(() => Promise.reject(new Error('two')));
    lifetime.onStop(() => void closed.push(3));
    await expect(lifetime.close()).rejects.toThrow('stop: two');
    expect(closed).toEqual([3, 1]);
  });
});

describe('orAborted', () => {
  it('gives up waiting with the reason of the signal', async () => {
    const controller = new AbortController();
    const waiting = orAborted(never, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(orAborted(never, controller.signal)).rejects.toThrow('enough');
    expect(await orAborted(Promise.resolve(7), new AbortController().signal)).toBe(7);
  });
});

describe('openedUnder', () => {
  it('lets the signal end the attempt, but not what came of it', async () => {
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const open = async (signal: AbortSignal): Promise<string> => {
      given = signal;
      return 'open';
    };
    expect(await openedUnder(controller.signal, open)).toBe('open');
    controller.abort();
    expect(given?.aborted).toBe(false);

    const attempt = new AbortController();
    const opening = openedUnder(attempt.signal, (signal) => orAborted(never, signal));
    attempt.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });
});

describe('runTogether', () => {
  it('ends all when one fails, waits for their end, and throws the first failure', async () => {
    const ended: string[] = [];
    const agent = async ({ signal }: { signal: AbortSignal }): Promise<void> => {
      await untilAborted(signal);
      ended.push('agent');
      throw new Error('later');
    };
    const api = (): Promise<void> => Promise.reject(new Error('port 10350 is taken'));
    const { signal } = new AbortController();
    await expect(runTogether([agent, api], { signal })).rejects.toThrow('port 10350 is taken');
    expect(ended).toEqual(['agent']);
  });

  it('resolves when the signal ended all', async () => {
    const controller = new AbortController();
    const running = runTogether([({ signal }) => untilAborted(signal), ({ signal }) => untilAborted(signal)], {
      signal: controller.signal,
    });
    controller.abort();
    await running;
  });
});
