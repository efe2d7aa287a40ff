import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { silentLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServingCertificate } from './certificate.js';
import { providedCertificate } from './provided.js';
import { selfSignedCertificate } from './self-signed.js';

const day = 86_400_000;
let directory: string;
let clock: FakeClock;
let stop: AbortController;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'certificates-'));
  clock = new FakeClock();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(directory, { recursive: true });
});

describe('a certificate made here', () => {
  it('is for the Service of the controller, and trusted by its own authority', async () => {
    const { cert, ca } = await selfSignedCertificate({ namespace: 'ns', directory, clock }).load(stop);
    const served = new X509Certificate(cert);
    expect(served.subjectAltName).toContain('DNS:antrea.ns.svc');
    expect(served.checkIssued(new X509Certificate(ca))).toBe(true);
    expect(await readFile(join(directory, 'antrea-controller.crt'), 'utf8')).toBe(cert);
    expect((await stat(join(directory, 'antrea-controller.key'))).mode & 0o777).toBe(0o600);
  });

  it('is made anew when half of its time is over', async () => {
    const source = selfSignedCertificate({ namespace: 'ns', directory, clock });
    const first = await source.load(stop);
    const half = (Date.parse(new X509Certificate(first.cert).validTo) - Date.now()) / 2;
    const changes: ServingCertificate[] = [];
    const following = source.follow((changed) => changes.push(changed), stop);
    await clock.advance(half - 2 * day);
    expect(changes).toEqual([]);
    await clock.advance(3 * day);
    await expect.poll(() => changes).toHaveLength(1);
    expect(changes[0]?.ca).not.toBe(first.ca);
    stop.abort();
    await following;
  });
});

describe('a certificate that somebody else provides', () => {
  const provide = async (text: string): Promise<void> => {
    for (const name of ['ca.crt', 'tls.crt', 'tls.key']) await writeFile(join(directory, name), `${name} ${text}`);
  };

  it('is waited for, and followed when it changes', async () => {
    const source = providedCertificate({ directory, clock, logger: silentLogger });
    let loaded: ServingCertificate | undefined;
    void source.load(stop).then((certificate) => (loaded = certificate));
    await provide('1');
    await expect.poll(async () => (await clock.advance(2_000), loaded)).toMatchObject({ ca: 'ca.crt 1' });
    const changes: ServingCertificate[] = [];
    const following = source.follow((changed) => changes.push(changed), stop);
    await provide('2');
    await expect
      .poll(async () => (await clock.advance(10_000), changes))
      .toEqual([{ ca: 'ca.crt 2', cert: 'tls.crt 2', key: 'tls.key 2' }]);
    stop.abort();
    await following;
  });

  it('that never comes is named with its remedy', async () => {
    let refused = '';
    void providedCertificate({ directory, clock, logger: silentLogger })
      .load(stop)
      .catch((error: Error) => (refused = error.message));
    await expect
      .poll(async () => (await clock.advance(5_000), refused), {
        timeout: 20_000,
        interval: 1,
      })
      .toMatch(/no certificate in .* create the Secret antrea-controller-tls with ca.crt, tls.crt and tls.key/);
  });
});
