import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCidr, parseIp } from '@antrea-ts/net-types';
import type { TrafficRules } from '@antrea-ts/host';
import { runCommand, type CommandRunner } from '@antrea-ts/runtime';
import { enterNewNetwork, runHere } from '../testing/own-network.js';
import { createLinuxTrafficRules } from './linux-traffic-rules.js';

const { signal } = new AbortController();
const lockFile = '/run/xtables.lock';

const desired: TrafficRules = {
  families: ['ipv4', 'ipv6'],
  gatewayName: 'antrea-gw0',
  localPodCidrs: [parseCidr('10.10.0.0/24'), parseCidr('fd00:10::/64')],
  clusterPodCidrs: ['10.10.0.0/24', '10.10.1.0/24', 'fd00:10::/64', '10.10.9.9/32'].map((text) => parseCidr(text)),
  masquerade: true,
  untrackedUdpPort: 6081,
  egress: [
    { mark: 1, address: parseIp('192.0.2.7') },
    { mark: 2, address: parseIp('2001:db8::7') },
  ],
  restoreEksMark: true,
};

const sets = () => runHere('ipset', 'save', '-sorted');
const withoutOurs = (text: string) => text.replaceAll(/^.*(ANTREA|Antrea).*\n/gm, '');

/** Chains, jumps and sets as kube-proxy has them, of a cluster with 40 Services; and a few rules of an administrator. */
function likeKubeProxy(iptables: (...args: readonly string[]) => string): void {
  const nat = (...args: readonly string[]) => iptables('-t', 'nat', ...args);
  for (const chain of ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ']) nat('-N', chain);
  for (const from of ['PREROUTING', 'OUTPUT']) {
    nat('-A', from, '-m', 'comment', '--comment', 'kubernetes service portals', '-j', 'KUBE-SERVICES');
  }
  nat('-A', 'POSTROUTING', '-m', 'comment', '--comment', 'kubernetes postrouting rules', '-j', 'KUBE-POSTROUTING');
  nat('-A', 'KUBE-MARK-MASQ', '-j', 'MARK', '--or-mark', '0x4000');
  nat('-A', 'KUBE-POSTROUTING', '-m', 'mark', '!', '--mark', '0x4000/0x4000', '-j', 'RETURN');
  nat('-A', 'KUBE-POSTROUTING', '-j', 'MASQUERADE', '--random-fully');
  for (let service = 0; service < 40; service += 1) {
    nat('-N', `KUBE-SVC-${service}`);
    nat('-N', `KUBE-SEP-${service}`);
    const address = `10.96.0.${service + 1}/32`;
    nat('-A', 'KUBE-SERVICES', '-d', address, '-p', 'tcp', '--dport', '80', '-j', `KUBE-SVC-${service}`);
    nat(
      '-A',
      `KUBE-SVC-${service}`,
      '-m',
      'statistic',
      '--mode',
      'random',
      '--probability',
      '0.5',
      '-j',
      `KUBE-SEP-${service}`,
    );
    nat('-A', `KUBE-SEP-${service}`, '-p', 'tcp', '-j', 'DNAT', '--to-destination', `10.10.1.${service + 1}:8080`);
  }
  iptables('-N', 'KUBE-FORWARD');
  iptables('-A', 'KUBE-FORWARD', '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP');
  iptables('-A', 'FORWARD', '-m', 'comment', '--comment', 'kubernetes forwarding rules', '-j', 'KUBE-FORWARD');
  iptables(
    '-A',
    'INPUT',
    '-m',
    'comment',
    '--comment',
    'about antrea-gw0, not of it',
    '-i',
    'antrea-gw0',
    '-j',
    'ACCEPT',
  );
  iptables(
    '-t',
    'mangle',
    '-A',
    'FORWARD',
    '-p',
    'tcp',
    '--tcp-flags',
    'SYN,RST',
    'SYN',
    '-j',
    'TCPMSS',
    '--set-mss',
    '1300',
  );
  runHere('ipset', 'create', 'KUBE-CLUSTER-IP', 'hash:ip,port');
  runHere('ipset', 'add', 'KUBE-CLUSTER-IP', '10.96.0.1,tcp:443');
  runHere('ipset', 'create', 'MY-ANTREA-SET', 'hash:ip');
}

describe.each(['nft', 'legacy'] as const)('iptables-%s', (backend) => {
  let started: string[];
  const run: CommandRunner = (file, args, options) => {
    started.push(`${file} ${args.join(' ')}`);
    return runCommand(file, args, options);
  };
  const open = () => createLinuxTrafficRules({ run, backend, lockFile, callsBetweenWholeLooks: 2 });
  const iptables = (...args: readonly string[]) => runHere(`iptables-${backend}`, '-w', ...args);
  /** Everything there is, without packet counts and times. */
  const save = () =>
    ['iptables', 'ip6tables']
      .map((name) => runHere(`${name}-${backend}-save`))
      .join('')
      .replaceAll(/^#.*\n/gm, '')
      .replaceAll(/\[\d+:\d+\]/g, '');

  beforeEach(async () => {
    started = [];
    await enterNewNetwork();
  });

  it('chains, jumps and sets are there as Antrea 1.3 has them', async () => {
    await open().ensure(desired, { signal });
    expect(iptables('-t', 'nat', '-S', 'ANTREA-POSTROUTING')).toBe(`-N ANTREA-POSTROUTING
-A ANTREA-POSTROUTING ! -o antrea-gw0 -m comment --comment "Antrea: SNAT Pod to external packets" -m mark --mark 0x1/0xff -j SNAT --to-source 192.0.2.7
-A ANTREA-POSTROUTING -s 10.10.0.0/24 -m comment --comment "Antrea: masquerade Pod to external packets" -m set ! --match-set ANTREA-POD-IP dst -j MASQUERADE
-A ANTREA-POSTROUTING -o antrea-gw0 -m comment --comment "Antrea: masquerade LOCAL traffic" -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE --random-fully
`);
    expect(iptables('-S', 'FORWARD')).toContain(
      '--comment "Antrea: jump to Antrea forwarding rules" -j ANTREA-FORWARD',
    );
    expect(sets()).toContain('add ANTREA-POD-IP 10.10.1.0/24');
    expect(sets()).toContain('add ANTREA-POD-IP6 fd00:10::/64');
  });

  it('with nothing to do it writes nothing and reads only single chains', async () => {
    await open().ensure(desired, { signal });
    const before = save() + sets();
    const restarted = open();
    expect(await restarted.ensure(desired, { signal })).toEqual([]);
    started = [];
    expect(await restarted.ensure(desired, { signal })).toEqual([]);
    expect(save() + sets()).toBe(before);
    for (const command of started)
      expect(command).toMatch(/--version$| -S [A-Z-]+$|^ipset save \S+$|^ipset list -name$/);
  });

  it('what others made stays as it is, through ensure, repair and remove', async () => {
    iptables('-N', 'KUBE-FORWARD');
    iptables('-A', 'KUBE-FORWARD', '-m', 'comment', '--comment', 'of somebody', '-j', 'ACCEPT');
    iptables('-A', 'FORWARD', '-j', 'KUBE-FORWARD');
    iptables('-t', 'nat', '-A', 'POSTROUTING', '-s', '198.51.100.0/24', '-j', 'MASQUERADE');
    iptables('-t', 'raw', '-A', 'PREROUTING', '-i', 'eth9', '-j', 'DROP');
    runHere('ipset', 'create', 'KUBE-SET', 'hash:ip');
    runHere('ipset', 'add', 'KUBE-SET', '198.51.100.1');
    // Tables that nobody used yet come into being when they are looked at.
    for (const table of ['raw', 'mangle', 'filter', 'nat']) {
      iptables('-t', table, '-S');
      runHere(`ip6tables-${backend}`, '-w', '-t', table, '-N', 'FOREIGN');
    }
    iptables('-t', 'mangle', '-N', 'FOREIGN');
    const before = { rules: save(), sets: sets() };

    const driver = open();
    await driver.ensure(desired, { signal });
    expect(withoutOurs(save())).toBe(before.rules);
    expect(withoutOurs(sets())).toBe(before.sets);
    iptables('-F', 'ANTREA-FORWARD');
    await driver.ensure(desired, { signal });
    expect(withoutOurs(save())).toBe(before.rules);
    await driver.remove({ signal });
    expect(save()).toBe(before.rules);
    expect(sets()).toBe(before.sets);
  });

  it('what another version left of ours goes, and what others have stays byte for byte', async () => {
    likeKubeProxy(iptables);
    for (const table of ['raw', 'mangle', 'filter', 'nat']) {
      iptables('-t', table, '-N', 'FOREIGN');
      runHere(`ip6tables-${backend}`, '-w', '-t', table, '-N', 'FOREIGN');
    }
    const before = { rules: save(), sets: sets() };
    const driver = open();
    await driver.ensure(desired, { signal });
    const wanted = { rules: save(), sets: sets() };

    runHere('ipset', 'create', 'ANTREA-OLD-IP', 'hash:net');
    const leave = (): void => {
      iptables('-N', 'ANTREA-OLD');
      iptables('-N', 'ANTREA-OLDER');
      iptables('-A', 'ANTREA-OLD', '-m', 'set', '--match-set', 'ANTREA-OLD-IP', 'src', '-j', 'ANTREA-OLDER');
      iptables('-A', 'ANTREA-OLDER', '-j', 'DROP');
      iptables('-I', 'FORWARD', '1', '-m', 'comment', '--comment', 'Antrea: as it was called once', '-j', 'ANTREA-OLD');
      iptables('-I', 'INPUT', '1', '-j', 'ANTREA-OLD');
      iptables('-t', 'nat', '-A', 'POSTROUTING', '-j', 'ANTREA-POSTROUTING');
    };
    leave();
    const restarted = open();
    const changes = await restarted.ensure(desired, { signal });
    expect(changes).toEqual([
      'ipv4: table filter: removed from INPUT: -j ANTREA-OLD',
      'ipv4: table filter: removed from FORWARD: -m comment --comment "Antrea: as it was called once" -j ANTREA-OLD',
      'ipv4: table filter: removed chain ANTREA-OLD',
      'ipv4: table filter: removed chain ANTREA-OLDER',
      'ipv4: table nat: removed from POSTROUTING: -j ANTREA-POSTROUTING',
      'ipset ANTREA-OLD-IP: removed',
    ]);
    expect({ rules: save(), sets: sets() }).toEqual(wanted);
    // A jump where ours are is seen at every look, the rest when whole tables are looked through again.
    runHere('ipset', 'create', 'ANTREA-OLD-IP', 'hash:net');
    leave();
    expect(await restarted.ensure(desired, { signal })).toEqual([
      'ipv4: table filter: removed from FORWARD: -m comment --comment "Antrea: as it was called once" -j ANTREA-OLD',
      'ipv4: table nat: removed from POSTROUTING: -j ANTREA-POSTROUTING',
      'ipset ANTREA-OLD-IP: left, a rule of somebody else uses it',
    ]);
    for (let look = 0; look < 2; look += 1) await restarted.ensure(desired, { signal });
    expect({ rules: save(), sets: sets() }).toEqual(wanted);

    await driver.remove({ signal });
    expect({ rules: save(), sets: sets() }).toEqual(before);
  });

  it('a chain and a set of ours that others use stay, and are told once', async () => {
    iptables('-N', 'ANTREA-USED');
    iptables('-N', 'THEIRS');
    iptables('-A', 'THEIRS', '-j', 'ANTREA-USED');
    runHere('ipset', 'create', 'ANTREA-USED-IP', 'hash:net');
    iptables('-A', 'THEIRS', '-m', 'set', '--match-set', 'ANTREA-USED-IP', 'dst', '-j', 'ACCEPT');
    const driver = open();
    expect((await driver.ensure(desired, { signal })).filter((change) => change.includes('left'))).toEqual([
      'ipv4: table filter: left chain ANTREA-USED, which chains of others lead to',
      'ipset ANTREA-USED-IP: left, a rule of somebody else uses it',
    ]);
    for (let look = 0; look < 4; look += 1) expect(await driver.ensure(desired, { signal })).toEqual([]);
    expect(iptables('-S', 'THEIRS')).toContain('-j ANTREA-USED');
  });

  it('rules of a family that the Node has no more go', async () => {
    const empty = save();
    await open().ensure(desired, { signal });
    const changes = await open().ensure({ ...desired, families: ['ipv4'] }, { signal });
    expect(changes).toContain('ipv6: table nat: removed chain ANTREA-POSTROUTING');
    expect(changes).toContain('ipset ANTREA-POD-IP6: removed');
    expect(runHere(`ip6tables-${backend}-save`)).not.toContain('ANTREA');
    expect(iptables('-S', 'FORWARD')).toContain('ANTREA-FORWARD');
    expect(empty).not.toContain('ANTREA');
  });

  it.each([
    [
      'a flushed chain',
      ['-t', 'mangle', '-F', 'ANTREA-OUTPUT'],
      'ipv4: table mangle: wrote chain ANTREA-OUTPUT (1 rules), which had 0',
    ],
    [
      'a rule that was added',
      ['-I', 'ANTREA-FORWARD', '1', '-j', 'DROP'],
      'ipv4: table filter: wrote chain ANTREA-FORWARD (2 rules), which had 3, of others: -j DROP',
    ],
    [
      'a rule that was replaced',
      ['-t', 'nat', '-R', 'ANTREA-POSTROUTING', '1', '-j', 'ACCEPT'],
      'ipv4: table nat: wrote chain ANTREA-POSTROUTING (3 rules), which had 3, of others: -j ACCEPT',
    ],
    [
      'a jump that was removed',
      ['-t', 'raw', '-D', 'PREROUTING', '1'],
      'ipv4: table raw: added the jump from PREROUTING to ANTREA-PREROUTING',
    ],
  ] as const)('%s is repaired, and nothing else', async (_name, damage, change) => {
    const driver = open();
    await driver.ensure(desired, { signal });
    const before = save();
    iptables(...damage);
    expect(save()).not.toBe(before);
    expect(await driver.ensure(desired, { signal })).toEqual([change]);
    expect(save()).toBe(before);
  });

  it('rules of one family do not count for the other', async () => {
    const driver = open();
    await driver.ensure({ ...desired, families: ['ipv4'] }, { signal });
    expect(runHere(`ip6tables-${backend}-save`)).not.toContain('ANTREA');
    const changes = await driver.ensure(desired, { signal });
    expect(changes.every((change) => change.startsWith('ipv6: '))).toBe(true);
    expect(changes).toContain('ipv6: table nat: wrote chain ANTREA-POSTROUTING (3 rules), which was not there');
  });

  it('members of the set: only the difference is written', async () => {
    const driver = open();
    await driver.ensure(desired, { signal });
    runHere('ipset', 'add', 'ANTREA-POD-IP', '172.16.0.0/16');
    runHere('ipset', 'del', 'ANTREA-POD-IP', '10.10.1.0/24');
    expect(await driver.ensure(desired, { signal })).toEqual([
      'ipv4: ipset ANTREA-POD-IP: added 10.10.1.0/24',
      'ipv4: ipset ANTREA-POD-IP: removed 172.16.0.0/16',
    ]);
  });

  it('a set of our name but another type is not touched', async () => {
    runHere('ipset', 'create', 'ANTREA-POD-IP', 'hash:ip');
    await expect(open().ensure(desired, { signal })).rejects.toMatchObject({ code: 'foreign-state' });
    // The other family is done nevertheless.
    expect(runHere(`ip6tables-${backend}-save`)).toContain('ANTREA-FORWARD');
  });
});

describe('the lock of iptables-legacy', () => {
  let holder: ReturnType<typeof spawn> | undefined;
  afterEach(() => holder?.kill('SIGKILL'));

  it('is waited for', async () => {
    await enterNewNetwork();
    // Prints when it has the lock, and gives it back when its input ends.
    holder = spawn('flock', [lockFile, 'sh', '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (holder.stdout === null || holder.stdin === null) throw new Error('no pipes');
    await once(holder.stdout, 'data');
    let settled = false;
    const ensured = createLinuxTrafficRules({ run: runCommand, backend: 'legacy', lockFile })
      .ensure(desired, { signal })
      .finally(() => (settled = true));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(settled).toBe(false);
    holder.stdin.end('\n');
    expect((await ensured).length).toBeGreaterThan(0);
  });
});
