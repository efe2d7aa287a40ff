import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildFakeHns } from '../testing/fake-hns.js';
import { tryParseGuid } from './guid.js';
import { Hns } from './hns.js';
import { openHostCompute } from './libraries.js';
import { HcnNamespaces } from './namespaces.js';

const { signal } = new AbortController();
const named = z.object({ ID: z.string(), Name: z.string() });

it('a GUID has its first three fields little-endian', () => {
  expect(Buffer.from(tryParseGuid('{00112233-4455-6677-8899-aabbccddeeff}') ?? []).toString('hex')).toBe(
    '33221100554477668899aabbccddeeff',
  );
  expect(tryParseGuid('none')).toBeUndefined();
});

describe.skipIf(process.platform !== 'linux')('calls of the Host Network Service', () => {
  const libraries = process.platform === 'linux' ? openHostCompute(buildFakeHns()) : openHostCompute();
  const hns = new Hns(libraries);
  let directory: string;
  const fault = (line: string): void => writeFileSync(join(directory, 'faults'), `${line}\n`);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'hns-'));
    process.env['FAKE_HNS_STATE'] = join(directory, 'state');
    process.env['FAKE_HNS_FAULTS'] = join(directory, 'faults');
  });
  afterEach(() => {
    delete process.env['FAKE_HNS_FAULTS'];
    rmSync(directory, { recursive: true, force: true });
  });

  it('carry text of any kind both ways', async () => {
    const name = 'ünïcødé → 日本 😀 "quoted"';
    const made = await hns.post('/networks/', { Name: name }, named, { signal });
    expect(await hns.get(`/networks/${made.ID}`, named, { signal })).toEqual({ ID: made.ID, Name: name });
    await hns.delete(`/networks/${made.ID}`, { signal });
    expect(await hns.get('/networks/', z.array(named), { signal })).toEqual([]);
  });

  it('tell what is missing, what is taken, and what was refused with its reason', async () => {
    await hns.post('/networks/', { Name: 'once' }, named, { signal });
    await expect(hns.post('/networks/', { Name: 'once' }, named, { signal })).rejects.toMatchObject({ code: 'exists' });
    await expect(hns.delete('/endpoints/none', { signal })).rejects.toMatchObject({ code: 'not-found' });
    fault('POST /networks The switch is busy.');
    await expect(hns.post('/networks/', { Name: 'x' }, named, { signal })).rejects.toThrow('The switch is busy.');
    await expect(new HcnNamespaces(libraries).endpoints('no-guid', { signal })).rejects.toThrow('not a GUID');
  });

  it('give up when there is no answer in time, or nobody wants it any more', async () => {
    fault('GET /networks hang 300');
    const late = hns.get('/networks/', z.array(named), { signal, deadlineMs: 30 });
    await expect(late).rejects.toMatchObject({ code: 'timed-out' });
    fault('GET /networks hang 300');
    const unwanted = hns.get('/networks/', z.array(named), { signal: AbortSignal.timeout(30) });
    await expect(unwanted).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('refuse an answer of another shape', async () => {
    await hns.post('/networks/', { Name: 'a' }, named, { signal });
    await expect(hns.get('/networks/', z.array(z.object({ Id: z.number() })), { signal })).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('0.Id'),
    });
  });
});
