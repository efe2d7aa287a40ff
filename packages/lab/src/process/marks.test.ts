import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { environHas, findMarked } from './marks.js';

describe('environHas', () => {
  const environ = Buffer.from('PATH=/bin\0ANTREA_LAB=/run/a\0OLD_ANTREA_LAB=/run/b\0X=ANTREA_LAB=/run/c\0');
  it.each([
    ['/run/a', true],
    // Another lab whose name begins alike, and places where the text stands but is no variable.
    ['/run/', false],
    ['/run/ab', false],
    ['/run/b', false],
    ['/run/c', false],
  ])('%s: %s', (value, expected) => {
    expect(environHas(environ, 'ANTREA_LAB', value)).toBe(expected);
  });

  it('finds the first variable, and reads a view at its offset', () => {
    expect(environHas(environ.subarray(10), 'ANTREA_LAB', '/run/a')).toBe(true);
    expect(environHas(new Uint8Array(), 'ANTREA_LAB', '/run/a')).toBe(false);
  });
});

async function start(value: string): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', 'echo started; read -r _'], {
    env: { PATH: process.env['PATH'], LAB_UNIT_TEST: value },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('findMarked', () => {
  it('finds the processes with exactly this mark', async () => {
    const mark = `unit-${process.pid}`;
    const [ours, other] = await Promise.all([start(mark), start(`${mark}-2`)]);
    try {
      expect(findMarked('LAB_UNIT_TEST', mark)).toEqual([ours.pid]);
    } finally {
      for (const child of [ours, other]) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
    }
    expect(findMarked('LAB_UNIT_TEST', mark)).toEqual([]);
  });
});
