import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Milliseconds of each of `count` repetitions, one after the other, after `warmUp` that are not counted. */
export async function repeat(
  count: number,
  work: (index: number) => Promise<unknown>,
  { signal, warmUp = 0 }: { readonly signal: AbortSignal; readonly warmUp?: number },
): Promise<number[]> {
  const samples: number[] = [];
  for (let index = -warmUp; index < count; index += 1) {
    signal.throwIfAborted();
    const took = await timed(() => work(index));
    if (index >= 0) samples.push(took);
  }
  return samples;
}

/** Waits until `probe` gives something, asking every `intervalMs`; throws naming `what` at the deadline. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number; readonly intervalMs?: number },
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${options.timeoutMs} ms`);
    await delay(options.intervalMs ?? 20, undefined, { signal: options.signal });
  }
}
