import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { parsePingSequence, type PingSequence } from './ping.js';

/** A thousand in the long form. */
const kills = process.env['TEST_LONG'] ? 1_000 : 20;

/** One Pod may talk to everybody, the other to nobody. */
const policies = {
  apiVersion: 'v1',
  kind: 'List',
  items: ['talk', 'nothing'].map((may) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: may, namespace: 'default' },
    spec: { podSelector: { matchLabels: { may } }, policyTypes: ['Egress'], egress: may === 'talk' ? [{}] : [] },
  })),
};

describe('restarts', () => {
  const lab = new Lab('restart');
  let target = '';

  beforeAll(async () => {
    await lab.up('--nodes', '2');
    await lab.pods([
      { name: 'here', node: 'node-1', labels: { may: 'talk' } },
      { name: 'neighbour', node: 'node-1', labels: { may: 'nothing' } },
      { name: 'far', node: 'node-2' },
    ]);
    [target = ''] = await lab.podIps('far');
    // The first packet between two Nodes waits for the underlay to find its neighbour.
    await eventually(() => lab.ok(['exec', 'default/here', '--', 'ping', '-c1', '-W1', target]));
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policies));
    await eventually(async () => {
      const { exitCode } = await lab.exec('default/neighbour', 'ping', '-c1', '-W1', target);
      expect(exitCode).toBe(1);
    });
  });
  afterAll(() => lab.down());

  /** Pings 100 times a second, from the Pod's address or a forged one, while something happens. */
  async function pingDuring(event: () => Promise<void>, from = 'here', ...options: string[]): Promise<PingSequence> {
    const stop = join(mkdtempSync(join(tmpdir(), 'antrea-e2e-')), 'stop');
    const script = `ping -n -i 0.01 -W 1 ${options.join(' ')} ${target} & p=$!
      while [ ! -e ${stop} ]; do sleep 0.1; done
      kill -INT $p; wait $p`;
    const pinging = lab.run(['exec', `default/${from}`, '--', 'sh', '-c', script], { timeout: 3_600_000 });
    try {
      await event();
    } finally {
      writeFileSync(stop, '');
    }
    const { stdout } = await pinging;
    rmSync(dirname(stop), { recursive: true });
    return parsePingSequence(stdout);
  }

  const ready = (): Promise<string> =>
    eventually(() => lab.node('node-1', 'curl', '-skf', 'https://127.0.0.1:10350/readyz'));
  const flows = async (): Promise<string[]> => {
    const dump = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');
    return dump
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  };
  const youngestFlowSeconds = async (): Promise<number> => {
    const dump = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int');
    return Math.min(...[...dump.matchAll(/duration=([\d.]+)s/g)].map(([, seconds]) => Number(seconds)));
  };

  it(
    `the agent killed ${kills} times at any moment: no packet lost, none let through, no flow touched`,
    async () => {
      await lab.exec('default/here', 'ip', 'addr', 'add', '10.10.1.250/32', 'dev', 'eth0');
      const before = await flows();
      const age = await youngestFlowSeconds();
      let forged: PingSequence | undefined;
      let denied: PingSequence | undefined;
      const own = await pingDuring(async () => {
        denied = await pingDuring(async () => {
          forged = await pingDuring(killAtRandom, 'here', '-I', '10.10.1.250');
        }, 'neighbour');
      });
      await ready();
      expect(own.sent).toBeGreaterThan(100);
      expect(own.lost).toBe(0);
      expect(own.received).toBeGreaterThan(100);
      expect(forged?.received).toBe(0);
      expect(denied?.sent).toBeGreaterThan(100);
      expect(denied?.received).toBe(0);
      expect(await flows()).toEqual(before);
      // A flow that was written again would be younger than it was.
      expect(await youngestFlowSeconds()).toBeGreaterThan(age);
      const log = await lab.ok(['logs', 'agent', 'node-1']);
      const plans = [...log.matchAll(/Read installed flows installed=\d+ (.*)/g)].slice(1).map(([, plan]) => plan);
      expect(new Set(plans)).toEqual(new Set(['missing=0 altered=0 unwanted=0']));
    },
    kills * 10_000,
  );

  /** Also the controller, now and then. The pauses reach from the first line of the program to long after it is ready. */
  async function killAtRandom(): Promise<void> {
    for (let i = 0; i < kills; i++) {
      await lab.ok(['agent', 'node-1', 'kill']);
      if (i % 5 === 1) await lab.ok(['controller', 'kill']);
      await lab.ok(['agent', 'node-1', 'start']);
      if (i % 5 === 3) await lab.ok(['controller', 'start']);
      const pause = Math.random() * 1_500;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  it('Open vSwitch killed and started again: everything is back', async () => {
    const before = await flows();
    await lab.ok(['ovs', 'node-1', 'kill']);
    await lab.ok(['ovs', 'node-1', 'start']);
    await ready();
    await eventually(async () => expect(await flows()).toEqual(before));
    await eventually(() => lab.ok(['exec', 'default/here', '--', 'ping', '-c1', '-W1', target]));
  });

  it('removes what Pods left that vanished while no agent ran', async () => {
    await lab.pods([{ name: 'doomed', node: 'node-1' }]);
    const ports = async (): Promise<string> => lab.node('node-1', 'ovs-vsctl', 'list-ports', 'br-int');
    expect(await ports()).toContain('doomed-');
    await lab.ok(['agent', 'node-1', 'kill']);
    await lab.kubectl(['delete', 'pod', 'doomed', '--grace-period=0', '--force', '--wait=false']);
    await eventually(async () => expect(await lab.kubectl(['get', 'pods', '-o', 'name'])).not.toContain('doomed'));
    await lab.ok(['agent', 'node-1', 'start']);
    await ready();
    expect(await ports()).not.toContain('doomed-');
    expect((await flows()).filter((line) => line.includes('actions=load:0x2->NXM_NX_REG0[0..3]'))).toHaveLength(2);
  });

  it('a flow, a route and a rule that somebody changed are repaired, and it is told', async () => {
    const before = await flows();
    await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'del-flows', 'br-int', 'table=70');
    await lab.node(
      'node-1',
      'ovs-ofctl',
      '-O',
      'OpenFlow13',
      'add-flow',
      'br-int',
      'table=0,priority=999,ip,actions=drop',
    );
    await lab.node('node-1', 'ip', 'route', 'del', '10.10.2.0/24');
    await lab.node('node-1', 'iptables', '-w', '-t', 'nat', '-F', 'ANTREA-POSTROUTING');
    await eventually(async () => expect(await flows()).toEqual(before), 40_000);
    await eventually(async () => {
      expect(await lab.node('node-1', 'ip', 'route')).toContain('10.10.2.0/24 via 10.10.2.1 dev antrea-gw0');
      expect(await lab.node('node-1', 'iptables', '-w', '-t', 'nat', '-S', 'ANTREA-POSTROUTING')).toContain(
        'MASQUERADE',
      );
    }, 40_000);
    const log = await lab.ok(['logs', 'agent', 'node-1']);
    expect(log).toContain('Repairing a flow that was changed from outside');
    expect(log).toContain('Repaired');
  });
});
