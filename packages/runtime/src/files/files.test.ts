import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from './atomic-write.js';
import { ensureDirectory } from './ensure-directory.js';
import { isProcessAlive, readPidFile, writePidFile } from './pid-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runtime-files-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('files', () => {
  it('writes atomically, private by default', async () => {
    const path = join(directory, 'key');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['key']);
  });

  it('leaves nothing behind when it cannot write', async () => {
    await ensureDirectory(join(directory, 'taken', 'deep'));
    await expect(writeFileAtomic(join(directory, 'taken'), 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(directory)).toEqual(['taken']);
  });

  it('makes directories with a mode, twice', async () => {
    const path = join(directory, 'a', 'b');
    await ensureDirectory(path, { mode: 0o711 });
    await ensureDirectory(path, { mode: 0o750 });
    expect(statSync(path).mode & 0o777).toBe(0o750);
  });

  it('keeps process ids', async () => {
    const path = join(directory, 'agent.pid');
    expect(await readPidFile(path)).toBeUndefined();
    await writePidFile(path);
    expect(await readPidFile(path)).toBe(process.pid);
    expect(isProcessAlive(process.pid)).toBe(true);
    expect(isProcessAlive(2 ** 22 + 1)).toBe(false);
    writeFileSync(path, 'hello');
    await expect(readPidFile(path)).rejects.toMatchObject({ code: 'bad-file' });
    writeFileSync(path, '');
    expect(await readPidFile(path)).toBeUndefined();
  });
});
