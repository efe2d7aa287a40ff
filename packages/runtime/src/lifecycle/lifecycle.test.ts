import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { memoryLogger } from '../log/memory-logger.js';
import type { Component } from './component.js';
import { runComponents } from './run-components.js';
import { runMain, type MainProcess } from './run-main.js';

type Fault = 'start' | 'stop' | 'never-stops' | 'waits-in-start';

function recorder(events: string[], faults: Readonly<Record<string, Fault>> = {}) {
  return (name: string): Component => ({
    name,
    start: async ({ signal }) => {
      events.push(`start ${name}`);
      if (faults[name] === 'start') throw new Error('no luck');
      if (faults[name] === 'waits-in-start') {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('cancelled')));
        });
      }
    },
    stop: async () => {
      events.push(`stop ${name}`);
      if (faults[name] === 'stop') throw new Error('stuck');
      if (faults[name] === 'never-stops') await new Promise(() => {});
    },
  });
}

describe('runComponents', () => {
  it('starts in order and stops in reverse', async () => {
    const events: string[] = [];
    const controller = new AbortController();
    await runComponents(['a', 'b', 'c'].map(recorder(events)), {
      signal: controller.signal,
      log: memoryLogger(),
      onStarted: () => {
        events.push('started');
        controller.abort();
      },
    });
    expect(events).toEqual(['start a', 'start b', 'start c', 'started', 'stop c', 'stop b', 'stop a']);
  });

  it('stops what was begun when a start fails, and names it', async () => {
    const events: string[] = [];
    const components = ['a', 'b', 'c'].map(recorder(events, { b: 'start' }));
    const run = runComponents(components, { signal: new AbortController().signal, log: memoryLogger() });
    await expect(run).rejects.toMatchObject({ code: 'start-failed', message: 'start b: no luck' });
    expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('is not failed by a start that was cancelled', async () => {
    const events: string[] = [];
    const controller = new AbortController();
    const log = memoryLogger();
    const components = ['a', 'b', 'c'].map(recorder(events, { b: 'waits-in-start' }));
    const run = runComponents(components, { signal: controller.signal, log, slowStart: 5 });
    await expect.poll(() => log.messages('warn')).toContain('Component is still starting');
    controller.abort();
    await run;
    expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('joins errors of stopping and names the late', async () => {
    const events: string[] = [];
    const controller = new AbortController();
    const components = ['a', 'b', 'c'].map(recorder(events, { a: 'stop', c: 'never-stops' }));
    const run = runComponents(components, {
      signal: controller.signal,
      log: memoryLogger(),
      onStarted: () => controller.abort(),
      stopTimeout: 20,
    });
    await expect(run).rejects.toMatchObject({
      code: 'stop-failed',
      message: 'stop c: not done within 20ms; stop a: stuck',
    });
    expect(events.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
  });
});

describe('runMain', () => {
  class FakeProcess extends EventEmitter implements MainProcess {
    readonly exits: number[] = [];
    readonly lines: string[] = [];
    readonly stderr: MainProcess['stderr'] = { write: (text) => this.lines.push(text) };
    get printed(): string {
      return this.lines.join('');
    }
    exit(code: number): void {
      this.exits.push(code);
    }
  }

  const endings: readonly [string, () => Promise<number | void>, number, string][] = [
    ['nothing', () => Promise.resolve(), 0, ''],
    ['a number', () => Promise.resolve(3), 3, ''],
    ['an error', () => Promise.reject(new Error('bridge br-int: absent')), 255, 'error: bridge br-int: absent\n'],
  ];
  it.each(endings)('ends with %s', async (_name, main, code, printed) => {
    const host = new FakeProcess();
    await runMain(main, { process: host });
    expect(host.exits).toEqual([code]);
    expect(host.printed).toBe(printed);
    expect(host.eventNames()).toEqual([]);
  });

  it('shows the stack of a fault of its own', async () => {
    const host = new FakeProcess();
    await runMain(() => Promise.reject(new TypeError('x is undefined')), { process: host, failureCode: 1 });
    expect(host.exits).toEqual([1]);
    expect(host.printed).toContain('lifecycle.test.ts');
  });

  it('aborts on the first signal and leaves on the second', async () => {
    const host = new FakeProcess();
    await runMain(
      async ({ signal }) => {
        host.emit('SIGTERM');
        expect(signal.aborted).toBe(true);
        expect(host.exits).toEqual([]);
        host.emit('SIGINT');
      },
      { process: host },
    );
    expect(host.exits).toEqual([1, 0]);
  });

  it('reports what nobody caught', async () => {
    const host = new FakeProcess();
    await runMain(async () => void host.emit('unhandledRejection', new Error('lost')), { process: host });
    expect(host.exits[0]).toBe(255);
    expect(host.printed).toMatch(/^fatal: unexpected error: Error: lost\n +at /);
  });
});
