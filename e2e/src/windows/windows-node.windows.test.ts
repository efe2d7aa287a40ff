import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from '../lab.js';
import { ShakenNode } from '../shaken-node.js';
import { countDuring, listener } from '../traffic.js';

const web = ['python3', '-m', 'http.server', '80'];
const outside = '203.0.113.10';

/** A NetworkPolicy for the Pods of an app, whose ingress may come from those of another one, or from nobody. */
const policy = (name: string, app: string, from?: string): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'default' },
  spec: {
    podSelector: { matchLabels: { app } },
    policyTypes: ['Ingress'],
    ingress: from === undefined ? [] : [{ from: [{ podSelector: { matchLabels: { app: from } } }] }],
  },
});

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { serves: 'web' }, ports: [{ port: 80 }] },
};

/**
 * A Linux Node and a Windows Node, whose agent is the Windows build in node.exe under Wine, with a real Open vSwitch: what
 * is sent between their Pods is real.
 */
describe('a Windows Node in a cluster (Wine)', () => {
  const lab = new Lab('windows');
  const node = new ShakenNode(lab, 'win-1');
  const addresses = new Map<string, string>();

  const apply = (object: object): Promise<string> => lab.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  /** The status of an answer over HTTP; 0 when there is none. */
  const get = async (from: string, host: string): Promise<number> => {
    const command = ['curl', '-s', '-m', '2', '-o', '/dev/null', '-w', '%{http_code}', `http://${host}/`];
    return Number((await lab.exec(`default/${from}`, ...command)).stdout);
  };
  const reaches = (from: string, to: string): Promise<number> => get(from, addresses.get(to)!);

  beforeAll(async () => {
    await lab.up('--nodes', '1', '--windows-nodes', '1');
    await lab.pods([
      { name: 'linux', node: 'node-1', labels: { app: 'linux', serves: 'web' }, command: web },
      { name: 'windows', node: 'win-1', labels: { app: 'windows', serves: 'web' }, command: web },
      { name: 'neighbour', node: 'win-1', labels: { app: 'neighbour' }, command: listener },
    ]);
    for (const [name, [address]] of await lab.podAddresses()) addresses.set(name, address!);
    // The port of a Pod comes a moment after its CNI call, and the first packet between Nodes finds its neighbour.
    await eventually(async () => expect(await reaches('linux', 'windows')).toBe(200));
  });
  afterAll(() => lab.down());

  it('is laid out as on Windows: the adapter on the bridge, the host behind it', async () => {
    const ports = (await lab.node('win-1', 'ovs-vsctl', 'list-ports', 'br-int')).split('\n');
    expect(ports).toEqual(expect.arrayContaining(['Ethernet', 'antrea-gw0', 'antrea-tun0']));
    expect(await lab.node('win-1', 'ip', '-br', '-4', 'addr', 'show', 'br-int')).toContain('192.168.77.12/24');
    expect(await lab.node('win-1', 'ip', '-br', '-4', 'addr', 'show', 'Ethernet')).toBe('');
    const flows = await node.flows();
    for (const flow of ['in_port=3 actions=LOCAL', 'in_port=LOCAL actions=output:3']) {
      expect(flows).toContainEqual(expect.stringContaining(flow));
    }
    expect(await lab.kubectl(['get', 'antreaagentinfos', 'win-1', '-o', 'name'])).toContain('win-1');
  });

  it('Pods talk across Nodes both ways, and on the Windows Node', async () => {
    expect(await reaches('linux', 'windows')).toBe(200);
    expect(await reaches('windows', 'linux')).toBe(200);
    expect(await reaches('neighbour', 'windows')).toBe(200);
  });

  it('a NetworkPolicy denies, and then allows', async () => {
    await apply(policy('isolate', 'windows'));
    await eventually(async () => expect(await reaches('linux', 'windows')).toBe(0));
    expect(await reaches('neighbour', 'windows')).toBe(0);
    await apply(policy('isolate', 'windows', 'linux'));
    await eventually(async () => expect(await reaches('linux', 'windows')).toBe(200));
    expect(await reaches('neighbour', 'windows')).toBe(0);
    await lab.kubectl(['delete', 'networkpolicy', 'isolate']);
    await eventually(async () => expect(await reaches('neighbour', 'windows')).toBe(200));
  });

  it('a Service with an Endpoint on each Node is reached from both', async () => {
    await apply(service);
    const clusterIp = await lab.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}']);
    for (const from of ['linux', 'neighbour', 'windows']) {
      await eventually(async () => expect(await get(from, clusterIp)).toBe(200));
      // Each connection is balanced anew: with one Endpoint out of reach, one of these is lost but once in a thousand.
      const answers = await Promise.all(Array.from({ length: 10 }, () => get(from, clusterIp)));
      expect(answers).toEqual(answers.map(() => 200));
    }
    const groups = await node.groups();
    expect(groups.some((group) => group.split('bucket=').length === 3)).toBe(true);
  });

  it('Pods reach the world outside under the address of the Node', async () => {
    const answer = await lab.exec('default/windows', 'curl', '-s', '-m', '5', `http://${outside}/`);
    expect(answer.stdout).toContain('client 192.168.77.12');
  });

  it('the agent is killed and started: nothing is sent to the switch, and no packet lost', async () => {
    const before = [await node.flows(), await node.groups()];
    const told = await node.toldDuring(async () => {
      const [counts] = await countDuring(
        lab,
        { flows: [{ from: 'linux' }], to: 'neighbour', intervalMs: 20 },
        async () => {
          await lab.ok(['agent', 'win-1', 'kill']);
          await lab.ok(['agent', 'win-1', 'start']);
          await node.ready();
          await delay(1_000);
        },
      );
      expect(counts!.pings.sent).toBeGreaterThan(50);
      expect([counts!.pings.lost, counts!.datagrams.lost]).toEqual([0, 0]);
    });
    expect(told).toContain('OFPST_FLOW');
    expect(told.filter((name) => /_MOD|BUNDLE|PACKET_OUT/.test(name))).toEqual([]);
    expect([await node.flows(), await node.groups()]).toEqual(before);
  });

  it('is stopped as a service manager would, and connects Pods again when it is back', async () => {
    await lab.ok(['agent', 'win-1', 'stop']);
    expect(await node.log('agent')).toContain('Stopped; the switch goes on forwarding');
    expect(await reaches('linux', 'windows')).toBe(200);
    await lab.ok(['agent', 'win-1', 'start']);
    await lab.pods([{ name: 'later', node: 'win-1', command: web }]);
    addresses.set('later', (await lab.podIps('later'))[0]!);
    await eventually(async () => expect(await reaches('linux', 'later')).toBe(200));
    await lab.kubectl(['delete', 'pod', 'later', '--wait']);
    await eventually(async () => {
      expect(await lab.node('win-1', 'ovs-vsctl', 'list-ports', 'br-int')).not.toContain('later');
    });
  });

  it('an agent that is killed before a Pod has its port: the next one makes it', async () => {
    // Without it nobody makes ports; the call for the Pod is answered all the same, as it is before there is an adapter.
    await lab.ok(['ovs', 'win-1', 'stop', '--daemon', 'ovs-vswitchd']);
    await lab.pods([{ name: 'unfinished', node: 'win-1', command: web }]);
    addresses.set('unfinished', (await lab.podIps('unfinished'))[0]!);
    await lab.ok(['agent', 'win-1', 'kill']);
    await lab.ok(['ovs', 'win-1', 'start', '--daemon', 'ovs-vswitchd']);
    await lab.ok(['agent', 'win-1', 'start']);
    await node.ready();
    await eventually(async () => expect(await reaches('linux', 'unfinished')).toBe(200), 60_000);
    expect((await lab.podIps('unfinished'))[0]).toBe(addresses.get('unfinished'));
    expect(await node.log('agent')).toContain('Completing what connects a Pod');
    await lab.kubectl(['delete', 'pod', 'unfinished', '--wait']);
  });

  it('Open vSwitch is restarted under it: the Node and its Pods are back without anybody doing anything', async () => {
    await lab.ok(['ovs', 'win-1', 'restart']);
    await eventually(async () => expect(await reaches('linux', 'windows')).toBe(200), 60_000);
    const answer = await lab.exec('default/windows', 'curl', '-s', '-m', '5', `http://${outside}/`);
    expect(answer.stdout).toContain('client 192.168.77.12');
  });

  it('as after a boot: the agent finds a switch without flows, and its way to the API leads through it', async () => {
    await lab.ok(['agent', 'win-1', 'kill']);
    await lab.ok(['ovs', 'win-1', 'restart']);
    expect(await node.flows()).toEqual([]);
    await lab.ok(['agent', 'win-1', 'start']);
    await node.ready();
    await eventually(async () => expect(await reaches('linux', 'windows')).toBe(200));
  });
});
