import { readdirSync, readlinkSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { enterNewNetwork, makeNetns, runHere } from '../testing/own-network.js';
import { readSysctl, writeSysctl } from '../sysctl.js';
import { openNetns } from './netns-handle.js';
import { withNetns } from './with-netns.js';

beforeEach(enterNewNetwork);

const here = () => readlinkSync('/proc/thread-self/ns/net');

describe('inside another network namespace', () => {
  it('files, programs and system calls are of that namespace; afterwards everything is as before', () => {
    const netns = makeNetns();
    const home = here();
    const target = readlinkSync(`/proc/self/fd/${netns.fd}`);
    const inside = withNetns(openNetns(netns.path), () => {
      writeSysctl('net/ipv4/conf/all/arp_ignore', 2);
      return [here(), runHere('readlink', '/proc/self/ns/net').trim(), readSysctl('net/ipv4/conf/all/arp_ignore')];
    });
    expect(inside).toEqual([target, target, '2']);
    expect(here()).toBe(home);
    expect(readSysctl('net/ipv4/conf/all/arp_ignore')).toBe('0');
    netns.remove();
  });

  it('an exception leads home too, and a promise is refused', () => {
    const netns = makeNetns();
    const home = here();
    const handle = openNetns(netns.path);
    expect(() =>
      withNetns(handle, () => {
        throw new Error('in there');
      }),
    ).toThrow('in there');
    expect(() => withNetns(handle, () => Promise.resolve())).toThrow(TypeError);
    expect(here()).toBe(home);
    handle.close();
    netns.remove();
  });

  it('work of the thread pool that begins inside does not stay there', async () => {
    const netns = makeNetns();
    const target = readlinkSync(`/proc/self/fd/${netns.fd}`);
    const pending: Promise<unknown>[] = [];
    withNetns(openNetns(netns.path), () => {
      for (let i = 0; i < 8; i += 1) pending.push(lookup('localhost').catch(() => undefined));
    });
    await Promise.all(pending);
    for (const thread of readdirSync('/proc/self/task')) {
      expect(readlinkSync(`/proc/self/task/${thread}/ns/net`)).not.toBe(target);
    }
    netns.remove();
  });
});
