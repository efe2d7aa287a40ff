import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentFixture } from './testing/agent-fixture.js';

const why =
  whyNoPrivateOvs() ??
  (existsSync('/opt/cni/bin/host-local') ? 'the real host-local would be asked for addresses' : undefined);

describe.skipIf(why !== undefined)(`the agent on a real Open vSwitch${why ? ` (skipped: ${why})` : ''}`, () => {
  let ovs: PrivateOvs;
  let node: AgentFixture;

  beforeAll(async () => {
    ovs = await startPrivateOvs();
  });
  afterAll(() => ovs?.stop());

  beforeEach(() => {
    node = new AgentFixture(ovs);
  });
  afterEach(() => node.close());

  it('connects and disconnects a Pod; a restart in between changes nothing', async () => {
    const first = await node.start();
    await first.ready();
    const without = await node.flows();
    expect(await node.cni('ADD', 'c1')).toMatchObject({ status: 200 });
    const withPod = await node.flows();
    expect(withPod).toContain('10.10.1.5');
    first.stop();
    await first.ended;

    const second = await node.start();
    await second.ready();
    expect(second.log.entries.find(({ message }) => message === 'Read installed flows')?.fields).toMatchObject({
      missing: 0,
      altered: 0,
      unwanted: 0,
    });
    expect(await node.flows()).toBe(withPod);
    expect(await node.cni('DEL', 'c1')).toMatchObject({ status: 200 });
    expect(await node.flows()).toBe(without);
    expect(await node.ports()).toEqual(['antrea-gw0', 'antrea-tun0']);
    expect(await node.cni('DEL', 'c1')).toMatchObject({ status: 200 });
  });

  it('removes ports that say they are of Pods and not which, as another version left them', async () => {
    const first = await node.start();
    await first.ready();
    await node.cni('ADD', 'c1');
    const before = await node.flows();
    first.stop();
    await first.ended;
    for (const [port, id] of [
      ['old-1', 'container-id=abc'],
      ['old-2', 'attached-mac=no-mac'],
      ['theirs', 'owner=them'],
    ] as const) {
      await ovs.vsctl('add-port', 'br-int', port, '--', 'set', 'Port', port, `external_ids:${id}`);
    }
    const second = await node.start();
    await second.ready();
    const ports = await node.ports();
    expect(ports.filter((port) => port.startsWith('old') || port === 'theirs')).toEqual(['theirs']);
    expect(ports).toHaveLength(4);
    expect(await node.flows()).toBe(before);
    const message = 'Removing a port of a Pod that lacks what tells of it; recreate the Pod';
    const told = second.log.entries.filter((entry) => entry.message === message).map(({ fields }) => fields);
    expect(told.toSorted((a, b) => String(a?.['port']).localeCompare(String(b?.['port'])))).toEqual([
      { port: 'old-1', has: ['container-id=abc'] },
      { port: 'old-2', has: ['attached-mac=no-mac'] },
    ]);
  });

  it('stops while the host is not as it should be', async () => {
    for (let i = 0; i < 100; i++) node.host.faults.failNext('trafficRules.ensure', new Error('no iptables'));
    const agent = await node.start();
    await waitUntil('it tried', async () => (await agent.health.problems('ready')).get('host') === 'no iptables');
    expect(await agent.health.problems('ready')).toMatchObject(
      new Map([
        ['start', 'still starting'],
        ['host', 'no iptables'],
      ]),
    );
    agent.stop();
    await agent.ended;
  });

  it('stopped during an ADD it takes back what there is of the Pod, and is gone', async () => {
    rmSync(join(node.directory, 'go'));
    const agent = await node.start();
    await agent.ready();
    const answer = node.cni('ADD', 'c1');
    await waitUntil('host-local was asked', () => existsSync(join(node.directory, 'asked')));
    await waitUntil('the port is there', async () => (await node.ports()).length === 3);
    const stoppedAt = performance.now();
    agent.stop();
    expect(await answer).toMatchObject({ status: 500, body: expect.stringContaining('"code":11') });
    await agent.ended;
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
    expect(await node.ports()).toEqual(['antrea-gw0', 'antrea-tun0']);
    expect(node.host.machine.podInterfaces.size).toBe(0);
  });

  it('lets the switch forward again after it was restarted and told to wait for its flows', async () => {
    const agent = await node.start();
    await agent.ready();
    const before = await node.flows();
    await ovs.stopVswitchd();
    await ovs.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', 'other_config:flow-restore-wait=true');
    await ovs.startVswitchd();
    await waitUntil(
      'flow-restore-wait is gone',
      async () => !(await ovs.vsctl('get', 'Open_vSwitch', '.', 'other_config')).includes('flow-restore-wait'),
    );
    expect(await node.flows()).toBe(before);
  });

  it('waits for a Kubernetes API that is away, and removes nothing meanwhile', async () => {
    const first = await node.start();
    await first.ready();
    await node.cni('ADD', 'c1');
    const before = await node.flows();
    first.stop();
    await first.ended;

    node.cluster.unreachable.add('nodes');
    const second = await node.start();
    await waitUntil('it has asked', () =>
      second.log.messages().some((message) => /List or watch failed|failed/i.test(message)),
    );
    node.cluster.unreachable.add('pods');
    node.cluster.unreachable.delete('nodes');
    await expect(second.ended).rejects.toThrow('list pods: nobody answers');
    expect(await node.flows()).toBe(before);
    expect(await node.ports()).toHaveLength(3);

    node.cluster.unreachable.clear();
    await (await node.start()).ready();
    expect(await node.flows()).toBe(before);
  });

  it('says which socket of Open vSwitch is not there, and what to do', async () => {
    const agent = await node.start({ ovsRunDir: node.directory });
    await expect(agent.ended).rejects.toThrow(
      `connect to ovsdb-server at ${node.directory}/db.sock: the socket is not there (ENOENT); start it with`,
    );
  }, 15_000);
});
