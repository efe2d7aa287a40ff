import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveOptions } from './log-archive.js';
import { RotatingFile } from './rotating-file.js';

const day = 24 * 3_600_000;
const start = Date.parse('2026-01-30T07:57:57.123Z');

describe('a file with an archive', () => {
  let directory: string;
  let now: number;
  let errors: unknown[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rotating-file-'));
    now = start;
    errors = [];
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const path = (name = 'np.log'): string => join(directory, name);
  function opened(options: Partial<ArchiveOptions> = {}): RotatingFile {
    const archive = { maxFiles: 3, maxAgeMs: 28 * day, onError: (error: unknown) => errors.push(error), ...options };
    const file = new RotatingFile({ path: path(), maxSize: 100, archive: { ...archive, now: () => now } });
    file.open();
    return file;
  }
  const names = (): string[] => readdirSync(directory).sort();
  const linesIn = (name: string): string[] => {
    const bytes = readFileSync(path(name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').filter(Boolean);
  };

  it('begins another one in time, compresses the older ones and keeps the newest', async () => {
    const file = opened();
    // Each of 20 bytes: five in a file. Several are closed in the same millisecond.
    for (let index = 0; index < 32; index += 1) file.write(`line ${String(index).padStart(14, '.')}\n`);
    await file.tidy();
    file.close();
    expect(names()).toEqual([
      'np-2026-01-30T07-57-57.126.log.gz',
      'np-2026-01-30T07-57-57.127.log.gz',
      'np-2026-01-30T07-57-57.128.log.gz',
      'np.log',
    ]);
    const numbers = names().map((name) => linesIn(name).map((line) => Number(line.replaceAll(/\D/g, ''))));
    expect(numbers).toEqual([
      [15, 16, 17, 18, 19],
      [20, 21, 22, 23, 24],
      [25, 26, 27, 28, 29],
      [30, 31],
    ]);
    expect(errors).toEqual([]);
  });

  it('removes those that are too old', async () => {
    const file = opened();
    const write = (): void => file.write(`${'x'.repeat(90)}\n`);
    write();
    write();
    await file.tidy();
    now += 20 * day;
    write();
    await file.tidy();
    expect(names()).toHaveLength(3);
    now += 10 * day;
    await file.tidy();
    expect(names()).toEqual(['np-2026-02-19T07-57-57.123.log.gz', 'np.log']);
    file.close();
  });

  it('goes on where it was interrupted, and leaves alone what is not its own', async () => {
    const whole = 'np-2026-01-30T07-00-00.000.log';
    writeFileSync(path(whole), 'whole\n');
    writeFileSync(path(`${whole}.gz.partial`), 'half');
    const others = ['np-notes.log', 'np-2026-01-30.log', 'other.log', 'np.log.1'];
    for (const name of others) writeFileSync(path(name), 'mine');
    const file = opened();
    await file.tidy();
    file.close();
    expect(linesIn(`${whole}.gz`)).toEqual(['whole']);
    expect(names()).toEqual([...others, `${whole}.gz`, 'np.log'].sort());
  });

  it.runIf(existsSync('/proc/self/fd'))('is open once, however often it is opened', () => {
    const isOpen = (descriptor: string): boolean => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`) === path();
      } catch {
        return false;
      }
    };
    const file = opened();
    file.open();
    expect(readdirSync('/proc/self/fd').filter(isOpen)).toHaveLength(1);
    file.close();
  });

  it('tells what it cannot do, and writes on', async () => {
    const file = opened();
    rmSync(directory, { recursive: true });
    await file.tidy();
    expect(errors).toMatchObject([{ code: 'ENOENT' }]);
    expect(() => file.write('a line\n')).not.toThrow();
    file.close();
    expect(existsSync(directory)).toBe(false);
  });
});
