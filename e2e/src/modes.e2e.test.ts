import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { parsePing } from './ping.js';
import { everyoneReachesEveryone, reachabilityDifferences } from './reachability.js';

const pods = ['a', 'b', 'c', 'd'].map((name, i) => ({ name, node: `node-${(i % 2) + 1}` }));
const names = pods.map(({ name }) => name);

async function differences(lab: Lab): Promise<string[]> {
  return reachabilityDifferences(lab, everyoneReachesEveryone(names), await lab.podAddresses());
}

/** Flow, route and port by which a Node sends to its peer. */
async function wayToPeer(lab: Lab): Promise<{ flow: string; route: string; tunnel: boolean }> {
  const dump = await lab.node(
    'node-1',
    'ovs-ofctl',
    '-O',
    'OpenFlow13',
    'dump-flows',
    'br-int',
    'table=70',
    '--no-stats',
  );
  const route = await lab.node('node-1', 'ip', 'route', 'show', '10.10.2.0/24');
  const ports = await lab.node('node-1', 'ovs-vsctl', 'list-ports', 'br-int');
  const flow = dump.split('\n').find((line) => line.includes('nw_dst=10.10.2.0/24')) ?? '';
  return { flow, route: route.trim(), tunnel: ports.includes('antrea-tun0') };
}

describe('modes', () => {
  let lab: Lab | undefined;
  afterEach(() => lab?.down());

  it.each([
    ['encap over VXLAN', ['--tunnel', 'vxlan', '--ip', 'dual'], true],
    ['encap over GRE', ['--tunnel', 'gre', '--ip', 'dual'], true],
    ['encap, IPv6 alone', ['--ip', 'v6'], true],
  ])('%s: everyone reaches everyone', async (_, options, encapsulates) => {
    lab = new Lab('modes');
    await lab.up('--nodes', '2', ...options);
    await lab.pods(pods);
    expect(await differences(lab)).toEqual([]);
    const way = await wayToPeer(lab);
    if (way.flow !== '') expect(way.flow.includes('tun_dst')).toBe(encapsulates);
  });
});

describe('Nodes in two subnets', () => {
  let lab: Lab | undefined;
  afterEach(() => lab?.down());
  // By turns: Nodes 1 and 3 are in the first subnet, Node 2 is in the second.
  const spread = ['a', 'b', 'c'].map((name, i) => ({ name, node: `node-${i + 1}` }));
  const echo = 'icmp or (icmp6 and ip6[40] >= 128 and ip6[40] <= 129)';

  /** What Node 1's cable carries while a Pod of it asks another one, in the words of tcpdump. */
  async function onTheWire(of: Lab, target: string): Promise<string> {
    const capture = of.spawn(['capture', 'node-1', '--', '-n', '-c', '2', `udp port 6081 or ${echo}`]);
    const ended = once(capture, 'close');
    let seen = '';
    let said = '';
    capture.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    capture.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(async () => expect(said).toContain('listening on'));
    const { stdout } = await of.exec('default/a', 'ping', '-q', '-c', '2', '-i', '0.2', target);
    expect(parsePing(stdout)).toMatchObject({ lost: 0 });
    await ended;
    return seen;
  }

  async function isDirect(of: Lab, target: string): Promise<boolean> {
    const seen = await onTheWire(of, target);
    expect(seen, target).toContain(`> ${target}: ICMP`);
    return !seen.includes('Geneve');
  }

  it('hybrid: a tunnel to the other subnet, none within one', async () => {
    lab = new Lab('hybrid');
    await lab.up('--nodes', '3', '--subnets', '2', '--mode', 'hybrid', '--ip', 'dual');
    await lab.pods(spread);
    const everybody = everyoneReachesEveryone(spread.map(({ name }) => name));
    expect(await reachabilityDifferences(lab, everybody, await lab.podAddresses())).toEqual([]);
    for (const far of await lab.podIps('b')) expect(await isDirect(lab, far), far).toBe(false);
    for (const near of await lab.podIps('c')) expect(await isDirect(lab, near), near).toBe(true);
    // The tunnel's other end is the Node's address in the other subnet.
    expect((await wayToPeer(lab)).flow).toContain('set_field:192.168.79.12->tun_dst');
  });

  it('noEncap: the underlay routes to the other subnet; with noSNAT the outside sees Pods', async () => {
    lab = new Lab('noencap');
    const config = join(mkdtempSync(join(tmpdir(), 'lab-config-')), 'agent.yaml');
    writeFileSync(config, 'noSNAT: true\n');
    await lab.up('--nodes', '2', '--subnets', '2', '--mode', 'noEncap', '--ip', 'dual', '--config', config);
    rmSync(dirname(config), { recursive: true });
    await lab.pods(pods);
    expect(await differences(lab)).toEqual([]);
    for (const far of await lab.podIps('b')) expect(await isDirect(lab, far), far).toBe(true);
    expect(await wayToPeer(lab)).toMatchObject({ route: '', tunnel: false });
    const [v4 = '', v6 = ''] = await lab.podIps('a');
    for (const [host, own] of [
      ['203.0.113.10', v4],
      ['[2001:db8:ffff::10]', v6],
    ] as const) {
      const { stdout } = await lab.exec('default/a', 'curl', '-sf', '-m', '5', `http://${host}/`);
      expect(stdout).toContain(`client ${own}\n`);
    }
  });
});

describe('a transport interface', () => {
  const lab = new Lab('transport');
  afterAll(() => lab.down());
  const annotations = async (): Promise<string> =>
    lab.kubectl([
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[*].metadata.annotations.node\\.antrea\\.io/transport-addresses}',
    ]);

  it('carries the traffic between Nodes, and is announced as long as it is chosen', async () => {
    await lab.up('--nodes', '2', '--ip', 'dual', '--transport-interface');
    await lab.pods(pods);
    expect(await differences(lab)).toEqual([]);
    expect((await wayToPeer(lab)).flow).toContain('set_field:192.168.78.12->tun_dst');
    expect(await annotations()).toBe('192.168.78.11,fd78::11 192.168.78.12,fd78::12');

    const file = `/run/antrea-lab/${lab.name}/nodes/node-1/antrea-agent.conf`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(/transportInterface: .*\n/, ''));
    await lab.ok(['agent', 'node-1', 'restart']);
    await eventually(async () => expect(await annotations()).toBe('192.168.78.12,fd78::12'));
    await eventually(async () => expect((await wayToPeer(lab)).flow).toContain('set_field:192.168.77.12->tun_dst'));
  });
});

describe('another mode at the next start', () => {
  const lab = new Lab('change');
  afterAll(() => lab.down());

  it('takes over, and leaves nothing of the old one', async () => {
    await lab.up('--nodes', '2');
    await lab.pods(pods);
    expect(await wayToPeer(lab)).toMatchObject({
      route: expect.stringContaining('via 10.10.2.1 dev antrea-gw0'),
      tunnel: true,
    });

    for (const node of ['node-1', 'node-2']) {
      const file = `/run/antrea-lab/${lab.name}/nodes/${node}/antrea-agent.conf`;
      writeFileSync(file, readFileSync(file, 'utf8').replace(/trafficEncapMode: .*/, 'trafficEncapMode: noEncap'));
      await lab.ok(['agent', node, 'restart']);
      await eventually(() => lab.node(node, 'curl', '-skf', 'https://127.0.0.1:10350/readyz'));
    }
    const way = await wayToPeer(lab);
    expect(way).toMatchObject({ route: expect.stringContaining('via 192.168.77.12 dev br-phy'), tunnel: false });
    expect(way.flow).not.toContain('tun_dst');
    expect(await lab.node('node-1', 'iptables', '-w', '-t', 'raw', '-S')).not.toContain('6081');
    expect(await differences(lab)).toEqual([]);
  });
});
