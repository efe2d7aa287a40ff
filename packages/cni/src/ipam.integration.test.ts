import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatIp, parseCidr } from '@antrea-ts/net-types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CniCall } from './call.js';
import { createHostLocalIpam, type Ipam } from './ipam.js';

const why = existsSync('/usr/lib/cni/host-local') ? undefined : 'containernetworking-plugins is not installed';
const { signal } = new AbortController();

describe.skipIf(why !== undefined)(`the real host-local in trouble${why ? ` (skipped: ${why})` : ''}`, () => {
  const ranges = [parseCidr('10.9.0.0/29')];
  let directory = '';
  let records = '';
  let ipam: Ipam;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ipam-'));
    records = join(directory, 'antrea');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]);
    ipam = createHostLocalIpam({ dataDirectory: directory });
  });
  afterEach(() => {
    execFileSync('umount', [directory]);
    rmSync(directory, { recursive: true });
  });

  function call(containerId: string, name?: string): CniCall {
    const args = new Map(name ? [['K8S_POD_NAMESPACE', 'shop'] as const, ['K8S_POD_NAME', name] as const] : []);
    return { command: 'ADD', containerId, netns: '/netns/web', ifName: 'eth0', args, path: [], config: '' };
  }
  const allocate = async (containerId: string, name = 'web'): Promise<string[]> =>
    (await ipam.allocate(call(containerId, name), ranges, { signal })).map(({ address }) => formatIp(address));
  /** What is written down of addresses. */
  const held = (): string[] => readdirSync(records).filter((name) => name.startsWith('10.'));

  it('a full disk: names the Pod, the directory and what to do, and keeps no address', async () => {
    await allocate('c1');
    const fill = join(directory, 'fill');
    // Room for one record, and not for the other.
    writeFileSync(fill, '');
    for (const size of [65_536, 32_768, 16_384, 8_192, 4_096]) {
      try {
        writeFileSync(fill, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // Full.
      }
    }
    await expect(allocate('c2', 'cart')).rejects.toMatchObject({
      code: 101,
      message: expect.stringMatching(
        new RegExp(
          `^IPAM host-local ADD for Pod shop/cart \\(container c2\\): .*no space left on device; ` +
            `the disk that has ${records} is full: make room on it`,
        ),
      ),
    });
    await ipam.release(call('c2', 'cart'), ranges, { signal });
    expect(held()).toEqual(['10.9.0.2']);
    truncateSync(fill);
    expect(await allocate('c2', 'cart')).toEqual(['10.9.0.3']);
  });

  it('a Pod CIDR that is used up: names Pod, range, field and what to do', async () => {
    for (let pod = 2; pod <= 6; pod += 1) expect(await allocate(`c${pod}`)).toEqual([`10.9.0.${pod}`]);
    await expect(allocate('c7', 'cart')).rejects.toMatchObject({
      code: 101,
      message: expect.stringMatching(
        /Pod shop\/cart \(container c7\): .*; the Pod CIDR 10\.9\.0\.0\/29 of this Node \(spec\.podCIDRs\) is used up: delete/,
      ),
    });
    expect(held()).toHaveLength(5);
    await ipam.release(call('c4'), ranges, { signal });
    expect(await allocate('c7', 'cart')).toEqual(['10.9.0.4']);
  });

  it('a directory that cannot be written', async () => {
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    await expect(allocate('c1', 'cart')).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `Pod shop/cart \\(container c1\\): .*read-only file system; the agent has to be able to write in ${records}`,
        ),
      ),
    });
    await expect(ipam.release(call('c1'), ranges, { signal })).rejects.toMatchObject({
      message: expect.stringContaining('IPAM host-local DEL for container c1: '),
    });
    execFileSync('mount', ['-o', 'remount,rw', directory]);
    expect(await allocate('c1', 'cart')).toEqual(['10.9.0.2']);
  });
});
