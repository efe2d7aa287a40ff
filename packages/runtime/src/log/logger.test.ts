import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.js';
import { memoryLogger } from './memory-logger.js';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtime-log-'));
  directories.push(directory);
  return directory;
}

describe('createLogger', () => {
  it('writes a line for people', async () => {
    const lines: string[] = [];
    const log = await createLogger({ write: (line) => lines.push(line), now: () => 0 });
    log
      .child('agent')
      .child('cni')
      .info('Added Pod', { pod: 'default/web', ips: ['10.0.0.2'], note: 'two words' });
    expect(lines).toEqual([
      '1970-01-01T00:00:00.000Z INFO  agent.cni: Added Pod pod=default/web ips=["10.0.0.2"] note="two words"\n',
    ]);
  });

  it('writes one JSON object a line, with errors, causes, bigints and maps', async () => {
    const lines: string[] = [];
    const log = await createLogger({ format: 'json', write: (line) => lines.push(line), now: () => 0 });
    const error = new Error('install flows', { cause: Object.assign(new Error('table 0'), { code: 'bad-match' }) });
    log
      .child({ node: 'n1' })
      .error('Failed', { error, cookie: 2n ** 60n, counts: new Map([['a', 1]]), gone: undefined });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'error',
      time: '1970-01-01T00:00:00.000Z',
      node: 'n1',
      error: {
        type: 'Error',
        message: 'install flows',
        cause: { type: 'Error', message: 'table 0', code: 'bad-match' },
      },
      cookie: '1152921504606846976',
      counts: { a: 1 },
      message: 'Failed',
    });
  });

  it.each(['json', 'text'] as const)('never shows a secret (%s)', async (format) => {
    const lines: string[] = [];
    const log = await createLogger({ format, write: (line) => lines.push(line) });
    log.child({ psk: 'sesame' }).info('Config', {
      token: 'sesame',
      nested: { list: [{ privateKey: 'sesame', 'client-key-data': 'sesame' }], headers: { Authorization: 'sesame' } },
      error: Object.assign(new Error('x'), { password: 'sesame' }),
    });
    expect(lines.join('')).not.toContain('sesame');
    expect(lines.join('')).toContain('[redacted]');
  });

  it('survives circular fields', async () => {
    const lines: string[] = [];
    const log = await createLogger({ write: (line) => lines.push(line) });
    const circular: Record<string, unknown> = { name: 'x' };
    circular['self'] = circular;
    log.info('Circle', { circular });
    expect(lines[0]).toContain('"self":"[circular]"');
  });

  it('changes the level of children at run time', async () => {
    const lines: string[] = [];
    const log = await createLogger({ write: (line) => lines.push(line) });
    const child = log.child('a');
    child.debug('one');
    log.level = 'debug';
    child.debug('two');
    log.level = 'error';
    child.warn('three');
    expect(lines.map((line) => line.trim().split(' ').at(-1))).toEqual(['two']);
  });

  it('rotates a file by size and keeps as many as asked', async () => {
    const path = join(temporaryDirectory(), 'deep', 'agent.log');
    const log = await createLogger({ file: { path, maxSize: 200, maxFiles: 2 } });
    for (let index = 0; index < 20; index++) log.info(`Line ${index}`);
    log.close();
    expect(statSync(path).size).toBeLessThanOrEqual(200);
    expect(readFileSync(path, 'utf8')).toContain('Line 19');
    expect(existsSync(`${path}.2`)).toBe(true);
    expect(existsSync(`${path}.3`)).toBe(false);
  });
});

describe('memoryLogger', () => {
  it('keeps lines of children, without secrets', () => {
    const log = memoryLogger();
    log.child('x').warn('Odd', { password: 'p' });
    log.debug('Detail');
    expect(log.entries[0]).toEqual({
      level: 'warn',
      component: 'x',
      message: 'Odd',
      fields: { password: '[redacted]' },
    });
    expect(log.messages('debug')).toEqual(['Detail']);
  });
});
