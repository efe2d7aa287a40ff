import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCni, type CniCall } from './cni-call.js';
import { eventually, Lab } from './lab.js';

/** The plugin called as a container runtime calls it, on a Node of a lab, with a network namespace of our own. */
describe('the CNI plugin on a Node', () => {
  const lab = new Lab('cni');
  const netns = 'cni-e2e';

  beforeAll(async () => {
    await lab.up('--nodes', '1');
    await lab.node('node-1', 'ip', 'netns', 'add', netns);
  });
  afterAll(() => lab.down());

  const cni = (call: CniCall) =>
    callCni(lab, 'node-1', { container: 'by-hand', netns: `/var/run/netns/${netns}`, ...call });

  it('connects, checks and disconnects', async () => {
    const added = await cni({ command: 'ADD' });
    expect(added.exitCode).toBe(0);
    expect(added.answer).toMatchObject({
      cniVersion: '0.4.0',
      interfaces: [
        { name: expect.stringMatching(/^by-hand-[0-9a-f]{6}$/) },
        { name: 'eth0', sandbox: `/var/run/netns/${netns}` },
      ],
      ips: [{ version: '4', interface: 1, gateway: '10.10.1.1' }],
      routes: [{ dst: '0.0.0.0/0', gw: '10.10.1.1' }],
    });
    expect(await cni({ command: 'CHECK', config: { prevResult: added.answer } })).toEqual({
      exitCode: 0,
      answer: undefined,
    });
    await lab.node('node-1', 'ip', 'netns', 'exec', netns, 'ping', '-c1', '-W2', '10.10.1.1');

    await lab.node('node-1', 'ip', 'netns', 'exec', netns, 'ip', 'addr', 'flush', 'dev', 'eth0');
    const checked = await cni({ command: 'CHECK', config: { prevResult: added.answer } });
    expect(checked).toMatchObject({
      exitCode: 1,
      answer: { code: 103, msg: expect.stringContaining('is missing on eth0') },
    });

    expect((await cni({ command: 'DEL' })).exitCode).toBe(0);
    expect((await cni({ command: 'DEL' })).exitCode).toBe(0);
    expect((await cni({ command: 'DEL', netns: '' })).exitCode).toBe(0);
    expect(await lab.node('node-1', 'ovs-vsctl', 'list-ports', 'br-int')).not.toContain('by-hand');
    expect(await lab.node('node-1', 'ip', 'netns', 'exec', netns, 'ip', '-br', 'link')).not.toContain('eth0');
  });

  it('speaks 1.0.0', async () => {
    const { answer } = await cni({ command: 'ADD', container: 'by-hand-2', config: { cniVersion: '1.0.0' } });
    expect(answer).toMatchObject({ cniVersion: '1.0.0', ips: [{ interface: 1 }] });
    expect(JSON.stringify(answer)).not.toContain('"version"');
    await cni({ command: 'DEL', container: 'by-hand-2' });
  });

  it('tells its status, and removes what the runtime does not know any more', async () => {
    const config = { cniVersion: '1.1.0' };
    expect(await cni({ command: 'STATUS', config })).toEqual({ exitCode: 0, answer: undefined });
    await cni({ command: 'ADD', container: 'by-hand-3', config });
    const valid = [{ containerID: 'by-hand-3', ifname: 'eth0' }];
    await cni({ command: 'GC', config: { ...config, 'cni.dev/valid-attachments': valid } });
    expect(await lab.node('node-1', 'ovs-vsctl', 'list-ports', 'br-int')).toContain('by-hand');
    await cni({ command: 'GC', config: { ...config, 'cni.dev/valid-attachments': [] } });
    expect(await lab.node('node-1', 'ovs-vsctl', 'list-ports', 'br-int')).not.toContain('by-hand');
    expect(await lab.node('node-1', 'sh', '-c', 'ls /var/lib/cni/networks/antrea')).not.toContain('10.10.1.');
  });

  it.each([
    ['a namespace that is gone', { netns: '/var/run/netns/gone' }, 102, /\/var\/run\/netns\/gone/],
    ['a path that is no namespace', { netns: '/etc/passwd' }, 102, /\/etc\/passwd/],
    ['a configuration that is not JSON', { config: '{"cniVersion": ' }, 6, /not JSON/],
    ['a version that nobody knows', { config: { cniVersion: '9.9.9' } }, 1, /9\.9\.9/],
    ['another IPAM', { config: { ipam: { type: 'dhcp' } } }, 2, /ipam\.type/],
  ])('refuses %s and leaves nothing', async (_, change, code, message) => {
    const { exitCode, answer } = await cni({ command: 'ADD', container: 'by-hand-bad', ...change });
    expect(exitCode).toBe(1);
    expect(answer).toMatchObject({ code, msg: expect.stringMatching(message) });
    expect(await lab.node('node-1', 'ovs-vsctl', 'list-ports', 'br-int')).not.toContain('by-hand');
    expect(await lab.node('node-1', 'sh', '-c', 'ls /var/lib/cni/networks/antrea')).not.toContain('10.10.1.');
  });

  it('asks to come back while there is no agent', async () => {
    await lab.ok(['agent', 'node-1', 'stop']);
    expect(await cni({ command: 'ADD' })).toMatchObject({ exitCode: 1, answer: { code: 11 } });
    await lab.ok(['agent', 'node-1', 'start']);
    await eventually(async () => expect((await cni({ command: 'ADD' })).exitCode).toBe(0));
    await cni({ command: 'DEL' });
  });
});
