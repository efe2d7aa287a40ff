import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { counterFile } from './counter-file.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'counters-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('keeps a reading', async () => {
  const path = join(directory, 'policy', 'counters');
  const log = memoryLogger();
  const file = counterFile(path, log);
  expect(await file.read()).toBeUndefined();
  const reading = { at: 5, counters: new Map([['2,In,sessions,2048', { packets: 1, bytes: 60 }]]) };
  await file.write(reading);
  expect(await file.read()).toEqual(reading);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(log.entries).toEqual([]);
});

it.each(['', '{}', '[]', 'null', '{"version":1,"at":1,"counters":[["a",1]]}', '{"version":2,"at":1,"counters":[]}'])(
  'uses nothing of %j, and says so',
  async (text) => {
    const log = memoryLogger();
    await writeFile(join(directory, 'counters'), text);
    expect(await counterFile(join(directory, 'counters'), log).read()).toBeUndefined();
    expect(log.entries).toHaveLength(1);
  },
);
