import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { runMain, type MainProcess } from './run-main.js';

describe('runMain', () => {
  class FakeProcess extends EventEmitter implements MainProcess {
    readonly exits: number[] = [];
    readonly lines: string[] = [];
    readonly platform: NodeJS.Platform;
    constructor(platform: NodeJS.Platform = 'linux') {
      super();
      this.platform = platform;
    }
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
    expect(host.printed).toContain('run-main.test.ts');
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

  it.each([
    ['linux', ['SIGTERM', 'SIGINT', 'SIGQUIT']],
    ['win32', ['SIGINT', 'SIGBREAK', 'SIGHUP']],
  ] as const)('on %s it is asked to end by %j', async (platform, names) => {
    for (const name of names) {
      const host = new FakeProcess(platform);
      await runMain(async ({ signal }) => (host.emit(name), signal.aborted ? 7 : 8), { process: host });
      expect(host.exits).toEqual([7]);
      expect(host.eventNames()).toEqual([]);
    }
  });

  it('reports what nobody caught', async () => {
    const host = new FakeProcess();
    await runMain(async () => void host.emit('unhandledRejection', new Error('lost')), { process: host });
    expect(host.exits[0]).toBe(255);
    expect(host.printed).toMatch(/^fatal: unexpected error: Error: lost\n +at /);
  });
});
