import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCni } from './cni-call.js';
import { eventually, Lab } from './lab.js';

const chain = '/usr/lib/cni';

describe('other plugins behind ours, and many calls at once', () => {
  const lab = new Lab('chain');
  const inNode = (...command: string[]): Promise<string> => lab.node('node-1', ...command);
  beforeAll(() => lab.up('--nodes', '1'));
  afterAll(() => lab.down());

  it('portmap: a port of the Node leads into the Pod; bandwidth: its rate is limited', async () => {
    await inNode('ip', 'netns', 'add', 'served');
    const pod = { container: 'served', netns: '/var/run/netns/served' };
    const { answer: prevResult } = await callCni(lab, 'node-1', { command: 'ADD', ...pod });
    const runtimeConfig = { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] };
    const portmap = { type: 'portmap', snat: true, prevResult, runtimeConfig };
    expect(
      await callCni(lab, 'node-1', { command: 'ADD', ...pod, plugin: `${chain}/portmap`, config: portmap }),
    ).toMatchObject({ exitCode: 0 });
    const bandwidth = { type: 'bandwidth', prevResult, ingressRate: 8_000_000, ingressBurst: 8_000_000 };
    expect(
      await callCni(lab, 'node-1', { command: 'ADD', ...pod, plugin: `${chain}/bandwidth`, config: bandwidth }),
    ).toMatchObject({ exitCode: 0 });

    const server = "require('http').createServer((q,s)=>s.end('served')).listen(80)";
    const serving = lab.run([
      'node',
      'node-1',
      '--',
      'timeout',
      '20',
      'ip',
      'netns',
      'exec',
      'served',
      'node',
      '-e',
      server,
    ]);
    const answer = await eventually(() =>
      lab.ok(['external', '--', 'curl', '-sf', '-m', '2', 'http://192.168.77.11:8080/']),
    );
    expect(answer).toBe('served');
    const name = (prevResult as { interfaces: { name: string }[] }).interfaces[0]?.name ?? '';
    expect(await inNode('tc', 'qdisc', 'show', 'dev', name)).toContain('tbf');

    expect(await callCni(lab, 'node-1', { command: 'CHECK', ...pod, config: { prevResult } })).toMatchObject({
      exitCode: 0,
    });
    await inNode('sh', '-c', 'kill $(ip netns pids served)');
    await serving;
    for (const [plugin, config] of [
      ['bandwidth', bandwidth],
      ['portmap', portmap],
    ] as const) {
      await callCni(lab, 'node-1', { command: 'DEL', ...pod, plugin: `${chain}/${plugin}`, config });
    }
    expect((await callCni(lab, 'node-1', { command: 'DEL', ...pod })).exitCode).toBe(0);
  });

  it('64 ADDs at once, and 64 DELs: every Pod has its own address, and nothing is left', async () => {
    const names = Array.from({ length: 64 }, (_, i) => `pod-${i}`);
    await inNode('sh', '-c', names.map((name) => `ip netns add ${name}`).join('\n'));
    const flows = async (): Promise<number> =>
      (await inNode('ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats')).split('\n').length;
    const before = await flows();
    const pods = names.map((name) => ({ container: name, netns: `/var/run/netns/${name}` }));
    const added = await Promise.all(pods.map((pod) => callCni(lab, 'node-1', { command: 'ADD', ...pod })));
    expect(added.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    const addresses = added.map(({ answer }) => (answer as { ips: { address: string }[] }).ips[0]?.address);
    expect(new Set(addresses).size).toBe(64);
    expect(await flows()).toBeGreaterThan(before + 64 * 4);

    const removed = await Promise.all(pods.map((pod) => callCni(lab, 'node-1', { command: 'DEL', ...pod })));
    expect(removed.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    expect(await flows()).toBe(before);
    expect((await inNode('ovs-vsctl', 'list-ports', 'br-int')).trim().split('\n').sort()).toEqual([
      'antrea-gw0',
      'antrea-tun0',
    ]);
  });

  it('a Pod CIDR that is used up is named, and works again when an address is free', async () => {
    await inNode('sh', '-c', 'cd /var/lib/cni/networks/antrea && for i in $(seq 2 254); do echo x >10.10.1.$i; done');
    await inNode('ip', 'netns', 'add', 'late');
    const late = { container: 'late', netns: '/var/run/netns/late' };
    expect(await callCni(lab, 'node-1', { command: 'ADD', ...late })).toMatchObject({
      exitCode: 1,
      answer: { code: 101, msg: expect.stringMatching(/10\.10\.1\.0\/24.*used up/) },
    });
    await inNode('sh', '-c', 'rm /var/lib/cni/networks/antrea/10.10.1.77');
    expect(await callCni(lab, 'node-1', { command: 'ADD', ...late })).toMatchObject({ exitCode: 0 });
  });
});
