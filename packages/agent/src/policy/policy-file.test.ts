import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotLimit, type PolicySnapshot } from '@antrea-ts/policy';
import { memoryLogger, systemClock } from '@antrea-ts/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PolicyFile } from './policy-file.js';

const agreed: PolicySnapshot = {
  networkPolicies: [{ metadata: { name: 'p' } }],
  appliedToGroups: [{ metadata: { name: 'g' } }],
  addressGroups: [],
};

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'policy-file-'));
  path = join(directory, 'policy', 'agreed');
});
afterEach(() => rmSync(directory, { recursive: true }));

function fileOf(snapshot?: PolicySnapshot) {
  const logger = memoryLogger();
  const texts = snapshot && {
    networkPolicies: snapshot.networkPolicies.map((object) => JSON.stringify(object)),
    appliedToGroups: snapshot.appliedToGroups.map((object) => JSON.stringify(object)),
    addressGroups: snapshot.addressGroups.map((object) => JSON.stringify(object)),
  };
  const file = new PolicyFile(path, { snapshot: () => texts, logger, clock: systemClock });
  return { file, logger };
}

async function write(): Promise<void> {
  const { file } = fileOf(agreed);
  file.changed();
  await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(0);
  await file.stop();
}

it('keeps what was agreed, for root alone', async () => {
  await write();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { file, logger } = fileOf();
  expect(await file.read()).toEqual(agreed);
  expect(logger.entries).toEqual([]);
  await file.stop();
});

it('has nothing to tell before there was an agreement', async () => {
  const { file, logger } = fileOf();
  expect(await file.read()).toBeUndefined();
  expect(logger.entries).toEqual([]);
  await file.stop();
});

it.each<[string, RegExp, () => void]>([
  ['is empty', /first line/, () => writeFileSync(path, '')],
  ['is cut', /not as long as it says/, () => truncateSync(path, statSync(path).size - 10)],
  ['has a bit that turned', /checksum/, () => writeFileSync(path, readFileSync(path, 'utf8').replace('"p"', '"q"'))],
  ['is of another version', /version/, () => writeFileSync(path, readFileSync(path, 'utf8').replace(':1,', ':9,'))],
  ['is no text', /first line/, () => writeFileSync(path, Buffer.alloc(4096, 0xff))],
  ['is larger than any agreement', /longer than/, () => truncateSync(path, snapshotLimit + 1)],
  [
    'is a directory',
    /EISDIR|directory/,
    () => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
])('refuses a file that %s, and says so once', async (_, reason, damage) => {
  await write();
  damage();
  const { file, logger } = fileOf();
  expect(await file.read()).toBeUndefined();
  expect(logger.messages('warn')).toHaveLength(1);
  const { fields } = logger.entries.at(-1)!;
  expect(fields['file']).toBe(path);
  expect(JSON.stringify(fields)).toMatch(reason);
  await file.stop();
});

it('goes on when it cannot be written', async () => {
  writeFileSync(join(directory, 'policy'), 'a file where a directory should be');
  const { file, logger } = fileOf(agreed);
  file.changed();
  await expect.poll(() => logger.messages('error')).toContain('Cannot keep the policies for the next start');
  await file.stop();
});
