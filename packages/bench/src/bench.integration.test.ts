import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runBench } from './run-bench.js';
import { workloads } from './workloads/index.js';

const chosen = workloads.filter(({ name }) => ['bundle', 'ovsdb', 'packet-in'].includes(name));

/** Where run directories are made: others' tests of this machine make theirs elsewhere. */
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bench-'));
  vi.stubEnv('TMPDIR', directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

it.skipIf(whyNoPrivateOvs() !== undefined)('small workloads give figures, and leave nothing', async () => {
  const { rows, missing } = await runBench(chosen, {
    quick: true,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  expect(missing).toEqual([]);
  expect(rows.map(({ what }) => what)).toEqual([
    'bundle of 10 flows',
    'OVSDB transaction',
    'decode NXT_PACKET_IN2',
    'decode OFPT_PACKET_IN',
  ]);
  for (const { ours, peer } of rows) {
    for (const summary of [ours, ...(peer ? [peer.summary] : [])]) {
      expect(summary.median).toBeGreaterThan(0);
      expect(summary.count).toBeGreaterThan(1);
    }
  }
  expect(readdirSync(directory)).toEqual([]);
});

it.skipIf(whyNoPrivateOvs() !== undefined)('an interrupted workload leaves nothing', async () => {
  const controller = new AbortController();
  const progress = (text: string): void => {
    if (text.includes('over our connection')) controller.abort(new Error('interrupted'));
  };
  await expect(runBench(chosen, { quick: false, signal: controller.signal, progress })).rejects.toThrow('interrupted');
  expect(readdirSync(directory)).toEqual([]);
});
