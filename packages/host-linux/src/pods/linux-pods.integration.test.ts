import { setMaxListeners } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCidr, parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import type { Host, PodInterfaceSpec } from '@antrea-ts/host';
import { silentLogger } from '@antrea-ts/runtime';
import { createLinuxHost } from '../linux-host.js';
import { PacketTap } from '../testing/packet-tap.js';
import { enterNewNetwork, makeNetns, runHere, runInside, type TestNetns } from '../testing/own-network.js';

const { signal } = new AbortController();
// Calls of real life have a signal each; here they share one.
setMaxListeners(0, signal);

let host: Host;
let namespaces: TestNetns[];

beforeEach(async () => {
  await enterNewNetwork();
  host = createLinuxHost({ logger: silentLogger });
  namespaces = [];
});

afterEach(async () => {
  await host.close();
  for (const netns of namespaces) netns.remove();
});

function newNetns(): TestNetns {
  const netns = makeNetns();
  namespaces.push(netns);
  return netns;
}

function podSpec(netns: Pick<TestNetns, 'path'>, change: Partial<PodInterfaceSpec> = {}): PodInterfaceSpec {
  return {
    containerId: 'c0ffee',
    netns: netns.path,
    name: 'eth0',
    hostName: 'web-1-c0ffee',
    mtu: 1450,
    addresses: [parseInterfaceAddress('10.10.0.5/24'), parseInterfaceAddress('fd00:10::5/64')],
    routes: [{ destination: parseCidr('0.0.0.0/0'), gateway: parseIp('10.10.0.1') }],
    checksumOffload: false,
    ...change,
  };
}

const linksHere = () => runHere('ip', '-br', 'link').trim().split('\n').length;

describe('a Pod interface, seen with other tools', () => {
  it('is up, usable at once, computes checksums and does not listen to router advertisements', async () => {
    const netns = newNetns();
    await host.pods.attach(podSpec(netns), { signal });
    const shown = JSON.parse(runInside(netns, 'ip', '-j', '-d', 'addr', 'show', 'eth0'))[0];
    expect(shown).toMatchObject({ mtu: 1450, linkinfo: { info_kind: 'veth' } });
    expect(shown.flags).toContain('LOWER_UP');
    const [ipv6] = shown.addr_info.filter(({ local }: { local: string }) => local === 'fd00:10::5');
    expect(ipv6).toMatchObject({ prefixlen: 64, nodad: true });
    expect(ipv6.tentative).toBeUndefined();
    expect(runInside(netns, 'ip', 'route')).toContain('default via 10.10.0.1 dev eth0 proto 65');
    expect(runInside(netns, 'sysctl', '-n', 'net.ipv6.conf.eth0.accept_ra').trim()).toBe('0');
    expect(runInside(netns, 'ethtool', '-k', 'eth0')).toMatch(/^tx-checksumming: off$/m);
    const [hostEnd] = JSON.parse(runHere('ip', '-j', 'link', 'show', 'web-1-c0ffee'));
    expect(hostEnd).toMatchObject({ ifalias: 'antrea:c0ffee', mtu: 1450, operstate: 'UP' });
    expect(runHere('ip', '-6', 'addr', 'show', 'web-1-c0ffee')).toBe('');
  });

  it('keeps checksum offload where the datapath can finish it', async () => {
    const netns = newNetns();
    await host.pods.attach(podSpec(netns, { checksumOffload: true }), { signal });
    expect(runInside(netns, 'ethtool', '-k', 'eth0')).toMatch(/^tx-checksumming: on$/m);
  });

  it('has IPv6 although the runtime switched it off', async () => {
    const netns = newNetns();
    runInside(netns, 'sysctl', '-q', '-w', 'net.ipv6.conf.default.disable_ipv6=1');
    await host.pods.attach(podSpec(netns), { signal });
    expect(runInside(netns, 'ip', '-6', 'addr')).toContain('fd00:10::5/64');
  });

  it('reaches a gateway outside of its subnet', async () => {
    const netns = newNetns();
    const spec = podSpec(netns, { addresses: [parseInterfaceAddress('10.10.0.5/32')] });
    await host.pods.attach(spec, { signal });
    expect(runInside(netns, 'ip', 'route')).toContain('default via 10.10.0.1 dev eth0 proto 65 onlink');
  });

  it('carries packets', async () => {
    const netns = newNetns();
    await host.pods.attach(podSpec(netns), { signal });
    runHere('ip', 'addr', 'add', '10.10.0.1/24', 'dev', 'web-1-c0ffee');
    runHere('sysctl', '-q', '-w', 'net.ipv6.conf.web-1-c0ffee.disable_ipv6=0');
    runHere('ip', 'addr', 'add', 'fd00:10::1/64', 'dev', 'web-1-c0ffee', 'nodad');
    runHere('ping', '-c', '1', '-W', '2', '10.10.0.5');
    runHere('ping', '-c', '1', '-W', '2', 'fd00:10::5');
  });

  it('is announced three times on each family', async () => {
    const netns = newNetns();
    const { mac } = await host.pods.attach(podSpec(netns), { signal });
    const tap = PacketTap.open('web-1-c0ffee');
    await host.pods.announce(podSpec(netns), { signal });
    const frames = tap.read().map((frame) => Buffer.from(frame).toString('hex'));
    tap.close();
    const plain = mac.replaceAll(':', '');
    const arp = `ffffffffffff${plain}08060001080006040001${plain}0a0a0005`;
    expect(frames.filter((frame) => frame.startsWith(arp))).toHaveLength(3);
    expect(frames.filter((frame) => frame.startsWith(`333300000001${plain}86dd`))).toHaveLength(3);
  });
});

describe('what is in the way', () => {
  it('an interface of the Node that is not ours stays, and is named', async () => {
    runHere('ip', 'link', 'add', 'web-1-c0ffee', 'type', 'veth', 'peer', 'name', 'other');
    runHere('ip', 'link', 'set', 'web-1-c0ffee', 'alias', 'of somebody');
    const spec = podSpec(newNetns());
    await expect(host.pods.attach(spec, { signal })).rejects.toMatchObject({
      code: 'name-taken',
      message: expect.stringContaining('web-1-c0ffee'),
    });
    await host.pods.detach(spec, { signal });
    expect(runHere('ip', 'link')).toContain('alias of somebody');
    expect(await host.pods.list({ signal })).toEqual([]);
  });

  it('an interface of the Pod stays, and is named', async () => {
    const netns = newNetns();
    runInside(netns, 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'other');
    const before = linksHere();
    await expect(host.pods.attach(podSpec(netns), { signal })).rejects.toMatchObject({ code: 'name-taken' });
    expect(linksHere()).toBe(before);
    expect(runInside(netns, 'ip', 'link')).toContain('eth0@other');
  });

  it('a failure after the pair was made removes it', async () => {
    const netns = newNetns();
    const before = linksHere();
    const spec = podSpec(netns, { routes: [{ destination: parseCidr('0.0.0.0/0'), gateway: parseIp('224.0.0.9') }] });
    await expect(host.pods.attach(spec, { signal })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('0.0.0.0/0 via 224.0.0.9'),
    });
    expect(linksHere()).toBe(before);
    expect(runInside(netns, 'ip', '-br', 'link').trim().split('\n')).toHaveLength(1);
  });

  it('a pair that was made but not marked is completed, and can be removed', async () => {
    const netns = newNetns();
    const spec = podSpec(netns);
    const { mac } = await host.pods.attach(spec, { signal });
    runHere('ip', 'link', 'set', spec.hostName, 'alias', '');
    expect(await host.pods.list({ signal })).toEqual([]);
    expect((await host.pods.attach(spec, { signal })).mac).toBe(mac);
    expect(await host.pods.list({ signal })).toEqual([spec.hostName]);
    runHere('ip', 'link', 'set', spec.hostName, 'alias', '');
    await host.pods.detach(spec, { signal });
    expect(runHere('ip', 'link')).not.toContain(spec.hostName);
  });

  it('a path that is no network namespace', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'netns-'));
    try {
      const file = join(directory, 'file');
      const pipe = join(directory, 'pipe');
      writeFileSync(file, '');
      execFileSync('mkfifo', [pipe]);
      for (const path of [file, pipe, directory, '/proc/self/ns/uts', '/proc/thread-self/ns/net']) {
        await expect(host.pods.attach(podSpec({ path }), { signal }), path).rejects.toMatchObject({
          code: 'netns-invalid',
          message: expect.stringContaining(path),
        });
      }
      await expect(host.pods.attach(podSpec({ path: join(file, 'below') }), { signal })).rejects.toMatchObject({
        code: 'netns-missing',
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('many at once', () => {
  it('64 Pods, on and off, leave no open file behind and the thread at home', async () => {
    const specs = Array.from({ length: 64 }, (_, index) =>
      podSpec(newNetns(), {
        containerId: `c${index}`,
        hostName: `pod-${index}`,
        addresses: [parseInterfaceAddress(`10.10.0.${index + 2}/24`)],
      }),
    );
    await host.pods.list({ signal });
    const home = runHere('readlink', '/proc/self/ns/net');
    const before = readdirSync('/proc/self/fd').length;
    await Promise.all(specs.map((spec) => host.pods.attach(spec, { signal })));
    expect(await host.pods.list({ signal })).toHaveLength(64);
    await Promise.all(specs.map((spec) => host.pods.announce(spec, { signal })));
    await Promise.allSettled(specs.map((spec) => host.pods.attach({ ...spec, netns: '/nowhere' }, { signal })));
    await Promise.all(specs.map((spec) => host.pods.detach(spec, { signal })));
    expect(await host.pods.list({ signal })).toEqual([]);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    expect(runHere('readlink', '/proc/self/ns/net')).toBe(home);
  });

  it('a removal and a new interface of the same name, at once', async () => {
    const first = podSpec(newNetns());
    const second = podSpec(newNetns(), { containerId: 'c2' });
    await host.pods.attach(first, { signal });
    await Promise.all([host.pods.detach(first, { signal }), host.pods.attach(second, { signal })]);
    expect(await host.pods.inspect(first, { signal })).toBeUndefined();
  });
});

describe('an interface that another program made', () => {
  const adoption = (netns: TestNetns) => ({
    containerId: 'c0ffee',
    netns: netns.path,
    name: 'eth0',
    checksumOffload: false,
  });

  it('is marked, has no way around the bridge any more, and computes checksums', async () => {
    const netns = newNetns();
    runHere('ip', 'link', 'add', 'veth-other', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns.path);
    await host.pods.adopt(adoption(netns), { signal });
    const [hostEnd] = JSON.parse(runHere('ip', '-j', 'link', 'show', 'veth-other'));
    expect(hostEnd.ifalias).toBe('antrea-adopted:c0ffee');
    expect(hostEnd.flags).toContain('UP');
    expect(JSON.parse(runHere('ip', '-j', 'addr', 'show', 'veth-other'))[0].addr_info).toEqual([]);
    expect(runInside(netns, 'ethtool', '-k', 'eth0')).toMatch(/^tx-checksumming: off$/m);
  });

  it("keeps another program's mark", async () => {
    const netns = newNetns();
    runHere('ip', 'link', 'add', 'veth-other', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns.path);
    runHere('ip', 'link', 'set', 'veth-other', 'alias', 'theirs');
    await host.pods.adopt(adoption(netns), { signal });
    await host.pods.detach({ ...adoption(netns), hostName: 'veth-other' }, { signal });
    expect(JSON.parse(runHere('ip', '-j', 'link', 'show', 'veth-other'))[0].ifalias).toBe('theirs');
  });

  it('is refused as the port of a bridge, and without an end on the Node', async () => {
    const bridged = newNetns();
    runHere('ip', 'link', 'add', 'cni0', 'type', 'bridge');
    runHere('ip', 'link', 'add', 'veth-bridged', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', bridged.path);
    runHere('ip', 'link', 'set', 'veth-bridged', 'master', 'cni0');
    await expect(host.pods.adopt(adoption(bridged), { signal })).rejects.toMatchObject({
      code: 'foreign-state',
      message: expect.stringMatching(/veth-bridged is a port of cni0; use a plugin that routes/),
    });
    const alone = newNetns();
    runInside(alone, 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'other');
    await expect(host.pods.adopt(adoption(alone), { signal })).rejects.toMatchObject({ code: 'unsupported' });
  });
});
