import { mkdtempSync, openSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrafficRules } from '@antrea-ts/host';
import { CommandError, type CommandRunner } from '@antrea-ts/runtime';
import { libc } from '../libc.js';
import { createLinuxTrafficRules } from './linux-traffic-rules.js';

const { signal } = new AbortController();

const desired: TrafficRules = {
  families: ['ipv4', 'ipv6'],
  gatewayName: 'gw',
  localPodCidrs: [],
  clusterPodCidrs: [],
  masquerade: false,
  egress: [],
  restoreEksMark: false,
};

/** Programs that hold no state: no chain and no set exists, and what is written is kept. */
function emptyMachine(version: string) {
  const written: string[] = [];
  const failures: { file: string; exitCode: number; stderr: string }[] = [];
  const run: CommandRunner = async (file, args, { input = '', okExitCodes = [0] } = {}) => {
    const at = failures.findIndex((failure) => failure.file === file);
    const answer = (exitCode: number, stdout = '', stderr = '') => {
      if (okExitCodes.includes(exitCode)) return { exitCode, stdout, stderr };
      throw new CommandError({ file, args, end: { kind: 'exited', exitCode }, stdout, stderr });
    };
    if (at >= 0) {
      const [failure] = failures.splice(at, 1);
      return answer(failure?.exitCode ?? 0, '', failure?.stderr);
    }
    if (args.includes('--version')) return answer(0, version);
    if (file.endsWith('restore')) written.push(`${file} ${args.join(' ')}: ${String(input).split('\n')[0]}`);
    if (file === 'ipset')
      return args[0] === 'save' ? answer(1, '', 'The set with the given name does not exist') : answer(0);
    // A whole table is empty; of a chain it is said that there is none.
    return answer(args.at(-2) === '-S' ? 1 : 0);
  };
  return { run, written, failures };
}

const nothingInstalled: CommandRunner = async (file, args) => {
  throw new CommandError({ file, args, end: { kind: 'not-started', code: 'ENOENT' }, stdout: '', stderr: '' });
};

describe('traffic rules on a machine that is played', () => {
  let directory = '';
  let lockFile = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'xtables-'));
    lockFile = join(directory, 'xtables.lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('writes one restore per table and family', async () => {
    const { run, written } = emptyMachine('iptables v1.8.9 (legacy)');
    await createLinuxTrafficRules({ run, lockFile }).ensure(desired, { signal });
    const tables = ['*raw', '*mangle', '*filter', '*nat'];
    expect(written.toSorted()).toEqual(
      ['iptables-restore', 'ip6tables-restore']
        .flatMap((file) => tables.map((table) => `${file} -w 10 --noflush: ${table}`))
        .toSorted(),
    );
  });

  it('the failure of one family leaves the other done', async () => {
    const { run, written, failures } = emptyMachine('iptables v1.8.9 (legacy)');
    failures.push({ file: 'ip6tables-restore', exitCode: 1, stderr: 'line 3 failed' });
    const call = createLinuxTrafficRules({ run, lockFile }).ensure(desired, { signal });
    await expect(call).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining('line 3 failed') });
    expect(written.filter((line) => line.startsWith('iptables-restore'))).toHaveLength(4);
  });

  it('tries again while another program holds the lock', async () => {
    const { run, written, failures } = emptyMachine('iptables v1.8.9 (legacy)');
    failures.push({
      file: 'iptables-restore',
      exitCode: 4,
      stderr: 'Another app is currently holding the xtables lock',
    });
    await createLinuxTrafficRules({ run, lockFile }).ensure(desired, { signal });
    expect(written).toHaveLength(8);
  });

  it('gives up as busy when it is never free', async () => {
    const { run, failures } = emptyMachine('iptables v1.8.9 (legacy)');
    for (let i = 0; i < 9; i += 1) failures.push({ file: 'iptables-restore', exitCode: 4, stderr: 'held' });
    const call = createLinuxTrafficRules({ run, lockFile }).ensure(desired, { signal });
    await expect(call).rejects.toMatchObject({ code: 'busy' });
  });

  it('takes the lock itself where iptables-restore does not', async () => {
    const { run, written } = emptyMachine('iptables v1.4.21');
    const held = openSync(lockFile, 'a');
    expect(libc.call.flock(held, 2)).toBe(0);
    const ensured = createLinuxTrafficRules({ run, lockFile }).ensure(desired, { signal });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toEqual([]);
    closeSync(held);
    await ensured;
    expect(written).toContain('iptables-restore --noflush: *nat');
    expect(written).toHaveLength(8);
  });

  it('says which package is missing', async () => {
    const call = createLinuxTrafficRules({ run: nothingInstalled, lockFile }).ensure(desired, { signal });
    await expect(call).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('install the package ipset'),
    });
  });

  it('an abort is not a failure', async () => {
    const { run } = emptyMachine('iptables v1.8.9 (legacy)');
    const reason = new Error('stopping');
    const call = createLinuxTrafficRules({ run, lockFile }).ensure(desired, { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
  });
});
