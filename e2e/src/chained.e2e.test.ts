import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCni, type CniAnswer } from './cni-call.js';
import { eventually, Lab } from './lab.js';
import { parsePing } from './ping.js';
import { everyoneReachesEveryone, reachabilityDifferences } from './reachability.js';

const pods = ['a', 'b', 'c', 'd'].map((name, i) => ({ name, node: `node-${(i % 2) + 1}`, labels: { app: name } }));
const closed = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'closed', namespace: 'default' },
  spec: { podSelector: { matchLabels: { app: 'c' } }, policyTypes: ['Ingress'] },
};

describe('networkPolicyOnly: Pods of another plugin', () => {
  const lab = new Lab('chained');
  const inNode = (...command: string[]): Promise<string> => lab.node('node-1', ...command);
  const ports = async (): Promise<string[]> => (await inNode('ovs-vsctl', 'list-ports', 'br-int')).trim().split('\n');
  const routes = (): Promise<string> => inNode('sh', '-c', 'ip route show proto 65; ip -6 route show proto 65');

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual', '--mode', 'networkPolicyOnly');
    await lab.pods(pods);
  });
  afterAll(() => lab.down());

  it('everyone reaches everyone, through the bridge', async () => {
    const expected = everyoneReachesEveryone(pods.map(({ name }) => name));
    expect(await reachabilityDifferences(lab, expected, await lab.podAddresses())).toEqual([]);
    const [own = ''] = await lab.podIps('a');
    const passed = await inNode('ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', 'table=10');
    const guard = passed.split('\n').find((line) => line.includes(`nw_src=${own}`));
    expect(guard).toMatch(/n_packets=[1-9]/);
    for (const ip of await lab.podIps('a')) await inNode('ping', '-c1', '-W2', ip);
  });

  it('the outside sees the addresses of Pods: nothing is masqueraded', async () => {
    const [v4 = '', v6 = ''] = await lab.podIps('a');
    const seenBy = async (host: string): Promise<string> =>
      (await lab.exec('default/a', 'curl', '-sf', '-m', '3', `http://${host}/`)).stdout;
    expect(await seenBy('203.0.113.10')).toContain(`client ${v4}\n`);
    expect(await seenBy('[2001:db8:ffff::10]')).toContain(`client ${v6}\n`);
  });

  it('a Pod is not heard under an address that is not its own', async () => {
    const [v4 = ''] = await lab.podIps('c');
    await lab.exec('default/a', 'ip', 'addr', 'add', '10.10.1.250/32', 'dev', 'eth0');
    const { stdout } = await lab.exec('default/a', 'ping', '-c2', '-W1', '-I', '10.10.1.250', v4);
    expect(stdout).toContain('100% packet loss');
  });

  it('policy is enforced: nobody but its own Node reaches a Pod that is closed', async () => {
    const ips = await lab.podIps('c');
    const reached = async (from: string): Promise<string[]> => {
      const script = ips.map((ip) => `ping -q -c1 -W1 ${ip} >/dev/null && echo ${ip}; true`).join('\n');
      return (await lab.exec(`default/${from}`, 'sh', '-c', script)).stdout.split('\n').filter((line) => line !== '');
    };
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(closed));
    await eventually(async () => expect([await reached('a'), await reached('b')]).toEqual([[], []]));
    for (const ip of ips) await inNode('ping', '-c1', '-W2', ip);
    await lab.kubectl(['delete', 'networkpolicy', 'closed']);
    await eventually(async () => expect([await reached('a'), await reached('b')]).toEqual([ips, ips]));
  });

  it('an agent that is killed and started again loses no packet and sends no flow', async () => {
    const [, far6 = ''] = await lab.podIps('b');
    const flood = lab.exec('default/a', 'ping', '-q', '-i', '0.05', '-c', '100', far6);
    await lab.ok(['agent', 'node-1', 'kill']);
    await lab.ok(['agent', 'node-1', 'start']);
    await eventually(() => inNode('curl', '-skf', 'https://127.0.0.1:10350/readyz'));
    expect(parsePing((await flood).stdout)).toMatchObject({ lost: 0 });
    const log = await lab.ok(['logs', 'agent', 'node-1']);
    expect(log.split('\n').findLast((line) => line.includes('Read installed flows'))).toMatch(
      /missing=0 altered=0 unwanted=0/,
    );
  });

  describe('calls of a runtime', () => {
    const ranges = [[{ subnet: '10.10.1.0/24' }], [{ subnet: 'fd10:10:1::/64' }]];
    const name = 'lab-cloud';
    const theirs = { name, type: 'ptp', ipam: { type: 'host-local', ranges, routes: [{ dst: '0.0.0.0/0' }] } };
    const pod = { container: 'called', netns: '/var/run/netns/called' };
    let prevResult: Record<string, unknown> = {};
    let before: { ports: string[]; routes: string };
    const ask = (command: 'ADD' | 'DEL' | 'CHECK', of = prevResult): Promise<CniAnswer> =>
      callCni(lab, 'node-1', { command, ...pod, config: { name, prevResult: of } });
    const askThem = (command: 'ADD' | 'DEL' | 'CHECK'): Promise<CniAnswer> =>
      callCni(lab, 'node-1', {
        command,
        ...pod,
        plugin: '/usr/lib/cni/ptp',
        config: command === 'ADD' ? theirs : { ...theirs, prevResult },
      });
    const connectedByThem = async (): Promise<Record<string, unknown>> => {
      const { exitCode, answer = {} } = await askThem('ADD');
      if (exitCode !== 0) throw new Error(`ptp: ${JSON.stringify(answer)}`);
      return answer;
    };
    const hostEnd = (): string => (prevResult as { interfaces: { name: string }[] }).interfaces[0]?.name ?? '';

    beforeAll(async () => {
      before = { ports: await ports(), routes: await routes() };
      await inNode('ip', 'netns', 'add', 'called');
      prevResult = await connectedByThem();
    });

    it('ADD hands on what it was given, and repeated changes nothing', async () => {
      expect(await ask('ADD')).toEqual({ exitCode: 0, answer: prevResult });
      const made = { ports: await ports(), routes: await routes() };
      expect(made.ports).toContain(hostEnd());
      expect(await inNode('ip', '-br', 'addr', 'show', 'dev', hostEnd())).not.toContain('10.10.1.1');
      expect(await ask('ADD')).toEqual({ exitCode: 0, answer: prevResult });
      expect({ ports: await ports(), routes: await routes() }).toEqual(made);
      // The addresses of its gateway are kept although its own end of the pair has them no more.
      expect(await inNode('ip', '-br', 'addr', 'show', 'dev', 'antrea-gw0')).toMatch(/10\.10\.1\.1\/32/);
    });

    it('CHECK of both is content, and tells of what leads around the bridge', async () => {
      expect(await ask('CHECK')).toMatchObject({ exitCode: 0 });
      await inNode('ip', 'addr', 'add', '10.10.1.1/32', 'dev', hostEnd());
      expect(await ask('CHECK')).toMatchObject({
        exitCode: 1,
        answer: { code: 103, msg: expect.stringContaining(`${hostEnd()} has address 10.10.1.1`) },
      });
      // As a runtime may try to mend it.
      expect(await ask('ADD')).toMatchObject({ exitCode: 0 });
      expect(await ask('CHECK')).toMatchObject({ exitCode: 0 });
    });

    it('ADD alone is refused', async () => {
      const alone = await callCni(lab, 'node-1', { command: 'ADD', container: 'alone', netns: pod.netns });
      expect(alone).toMatchObject({ exitCode: 1, answer: { code: 7, msg: expect.stringContaining('prevResult') } });
    });

    it('DEL takes back what is ours and leaves the interface to its maker, also when repeated', async () => {
      for (let i = 0; i < 2; i++) {
        expect(await ask('DEL')).toMatchObject({ exitCode: 0 });
        expect({ ports: await ports(), routes: await routes() }).toEqual(before);
        await inNode('ip', 'link', 'show', hostEnd());
      }
      expect(await askThem('DEL')).toMatchObject({ exitCode: 0 });
      expect(await inNode('sh', '-c', `ip link show ${hostEnd()} 2>&1 || true`)).toContain('does not exist');
    });

    it('what of a Pod is left when the agent was away goes at its start', async () => {
      prevResult = await connectedByThem();
      expect(await ask('ADD')).toMatchObject({ exitCode: 0 });
      await lab.ok(['agent', 'node-1', 'restart']);
      await eventually(async () => expect({ ports: await ports(), routes: await routes() }).toEqual(before));
      await inNode('ip', 'link', 'show', hostEnd());
      expect(await askThem('DEL')).toMatchObject({ exitCode: 0 });
    });
  });
});
