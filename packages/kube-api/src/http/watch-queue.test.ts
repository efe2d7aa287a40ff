import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WatchQueue } from './watch-queue.js';

describe('WatchQueue', () => {
  it('tells everything in order, and then ends', async () => {
    const out = new PassThrough();
    const queue = new WatchQueue(out);
    for (let index = 0; index < 5_000; index++) queue.push(() => `${index}\n`);
    queue.end();
    let text = '';
    for await (const chunk of out) text += String(chunk);
    expect(text.split('\n').slice(0, -1)).toEqual(Array.from({ length: 5_000 }, (_, index) => String(index)));
  });

  it('makes no text for a client that does not read, and cuts it off at last', async () => {
    const stuck = new Writable({ highWaterMark: 1, write: () => undefined });
    const queue = new WatchQueue(stuck);
    let made = 0;
    const push = (count: number): void => {
      for (let index = 0; index < count; index++) {
        queue.push(() => {
          made += 1;
          return 'x'.repeat(100_000);
        });
      }
    };
    push(1);
    await turn();
    push(19_000);
    await turn();
    expect(made).toBe(1);
    expect(stuck.destroyed).toBe(false);
    push(2_000);
    expect(stuck.destroyed).toBe(true);
  });

  it('does not hold the length of the beginning against a client', async () => {
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => setImmediate(done) });
    const queue = new WatchQueue(slow);
    for (let index = 0; index < 50_000; index++) queue.pushInitial(() => 'x');
    queue.push(() => 'y');
    queue.end();
    await new Promise((resolve) => slow.on('finish', resolve));
    expect(slow.destroyed || slow.writableFinished).toBe(true);
  });
});
