import { parseIp, parseMac, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { forgedFrames, honestFrames } from './pod-frames.js';
import { capture, sendFrames } from './wire.js';

describe('a Pod and the world around it', () => {
  const lab = new Lab('outside');

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual');
    await lab.pods([
      { name: 'client', node: 'node-1' },
      { name: 'victim', node: 'node-1' },
      {
        name: 'far',
        node: 'node-2',
        command: ['node', '-e', "require('http').createServer((q,s)=>s.end(q.socket.remoteAddress)).listen(80)"],
      },
    ]);
  });
  afterAll(() => lab.down());

  it.each([
    ['203.0.113.10', '192.168.77.11'],
    ['[2001:db8:ffff::10]', 'fd77::11'],
  ])("reaches %s with its Node's address", async (host, seenAs) => {
    const { stdout } = await eventually(async () => {
      const result = await lab.exec('default/client', 'curl', '-sf', '-m', '3', `http://${host}/`);
      expect(result.exitCode).toBe(0);
      return result;
    });
    expect(stdout).toContain(seenAs);
  });

  it('asks the DNS for names', async () => {
    await lab.ok(['dns', 'set', 'hello.example', 'A', '203.0.113.10']);
    const { stdout, exitCode } = await lab.exec('default/client', 'curl', '-sf', '-m', '5', 'http://hello.example/');
    expect({ exitCode, empty: stdout === '' }).toEqual({ exitCode: 0, empty: false });
  });

  it('keeps its own address towards Pods of other Nodes', async () => {
    const [v4 = '', v6 = ''] = await lab.podIps('far');
    const [own4 = '', own6 = ''] = await lab.podIps('client');
    for (const [url, own] of [
      [`http://${v4}/`, own4],
      [`http://[${v6}]/`, own6],
    ] as const) {
      const { stdout } = await eventually(async () => {
        const result = await lab.exec('default/client', 'curl', '-sf', '-m', '3', url);
        expect(result.exitCode, url).toBe(0);
        return result;
      });
      expect(stdout.replace('::ffff:', '')).toBe(own);
    }
  });

  it('is reached by its Node', async () => {
    for (const ip of await lab.podIps('client')) await lab.node('node-1', 'ping', '-c1', '-W2', ip);
  });

  it('is not heard under an address that is not its own', async () => {
    const [victim4 = '', victim6 = ''] = await lab.podIps('victim');
    await lab.exec('default/client', 'ip', 'addr', 'add', '10.10.1.250/32', 'dev', 'eth0');
    await lab.exec('default/client', 'ip', '-6', 'addr', 'add', 'fd10:10:1::250/128', 'dev', 'eth0', 'nodad');
    const forged4 = await lab.exec('default/client', 'ping', '-c2', '-W1', '-I', '10.10.1.250', victim4);
    const forged6 = await lab.exec('default/client', 'ping', '-c2', '-W1', '-I', 'fd10:10:1::250', victim6);
    expect(forged4.stdout).toContain('100% packet loss');
    expect(forged6.stdout).toContain('100% packet loss');
    // The same Pod under its own addresses is heard.
    const [own4 = '', own6 = ''] = await lab.podIps('client');
    expect((await lab.exec('default/client', 'ping', '-c2', '-W1', '-I', own4, victim4)).exitCode).toBe(0);
    expect((await lab.exec('default/client', 'ping', '-c2', '-W1', '-I', own6, victim6)).exitCode).toBe(0);
  });

  it('puts nothing on the wire that is not its own to say', async () => {
    const client = await partyOf('client');
    const victim = await partyOf('victim');
    const gatewayMac = parseMac((await lab.node('node-1', 'cat', '/sys/class/net/antrea-gw0/address')).trim());
    const gateway = { mac: gatewayMac, ...ipsOf(['10.10.1.1', 'fd10:10:1::1']) };
    // Pods of other Nodes, and the world, are behind the gateway's MAC.
    const far = { ...(await partyOf('far')), mac: gatewayMac };
    const world = { mac: gatewayMac, ...ipsOf(['203.0.113.10', '2001:db8:ffff::10']) };
    const forged = [
      ...forgedFrames({ self: client, to: victim, other: gateway }),
      ...forgedFrames({ self: client, to: far, other: victim }),
      ...forgedFrames({ self: client, to: world, other: victim }),
    ];
    const toVictim = honestFrames({ self: client, to: victim });
    const toFar = honestFrames({ self: client, to: far });
    const atVictim = await capture(lab, ['exec', 'default/victim'], 'eth0');
    const atFar = await capture(lab, ['exec', 'default/far'], 'eth0');
    const atGateway = await capture(lab, ['node', 'node-1'], 'antrea-gw0');
    const believed = await beliefsOf('victim');
    try {
      // The first packets of a tunnel wait for nobody: those that count come after them.
      await eventually(async () => {
        const answer = await lab.exec('default/client', 'ping', '-c1', '-W1', (await lab.podIps('far'))[0] ?? '');
        expect(answer.exitCode).toBe(0);
      });
      const sent = [...forged, ...toVictim, ...toFar].flatMap(({ frames }) => frames);
      await sendFrames(lab, 'default/client', sent);
      const missing = () => [
        ...toVictim.filter(({ mark }) => !atVictim.has(mark)).map(({ name }) => `${name} to the victim`),
        ...toFar.filter(({ mark }) => !atFar.has(mark)).map(({ name }) => `${name} to the other Node`),
      ];
      await eventually(async () => expect(missing()).toEqual([]), 10_000);
      const heard = forged.filter(({ mark }) => [atVictim, atFar, atGateway].some((place) => place.has(mark)));
      expect(heard.map(({ name }) => name)).toEqual([]);
    } finally {
      await Promise.all([atVictim.stop(), atFar.stop(), atGateway.stop()]);
    }
    expect(await beliefsOf('victim')).toEqual(believed);
  });

  async function partyOf(pod: string) {
    const { stdout } = await lab.exec(`default/${pod}`, 'cat', '/sys/class/net/eth0/address');
    return { mac: parseMac(stdout.trim()), ...ipsOf(await lab.podIps(pod)) };
  }

  /** What a Pod could be talked into: who its gateway is. */
  async function beliefsOf(pod: string): Promise<string[]> {
    const ask = async (...words: string[]): Promise<string> =>
      (await lab.exec(`default/${pod}`, 'ip', ...words)).stdout;
    const macs = async (address: string): Promise<string> =>
      /lladdr (\S+)/.exec(await ask('neigh', 'show', address))?.[1] ?? 'none';
    return [
      await macs('10.10.1.1'),
      await macs('fd10:10:1::1'),
      await ask('route', 'show', 'default'),
      await ask('-6', 'route', 'show', 'default'),
    ];
  }

  it('lets packets of the full MTU through, between Nodes as well', async () => {
    const [far = ''] = await lab.podIps('far');
    const link = await lab.exec('default/client', 'cat', '/sys/class/net/eth0/mtu');
    const mtu = Number(link.stdout);
    const size = String(mtu - 28);
    const { stdout } = await lab.exec('default/client', 'ping', '-c2', '-W1', '-M', 'do', '-s', size, far);
    expect(stdout).toContain(' 0% packet loss');
  });
});

function ipsOf([ipv4 = '', ipv6 = '']: readonly string[]) {
  return { ipv4: parseIp(ipv4) as Ipv4Address, ipv6: parseIp(ipv6) as Ipv6Address };
}
