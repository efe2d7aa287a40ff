import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { acnp, app, list } from './policies.js';

const server = "for (const p of [80, 8080]) require('http').createServer((q, s) => s.end('ok')).listen(p, '::')";

/** What policies do to traffic, packet by packet. */
describe('policies and traffic', () => {
  const lab = new Lab('traffic');
  let web = '';

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual');
    await lab.pods([
      { name: 'web', node: 'node-1', labels: { app: 'web' }, command: ['node', '-e', server] },
      { name: 'near', node: 'node-1', labels: { app: 'client' } },
      { name: 'far', node: 'node-2', labels: { app: 'client' } },
    ]);
    [web = ''] = await lab.podIps('web');
    // The first packet between two Nodes is lost while their switches learn of each other.
    for (const from of ['near', 'far']) await eventually(async () => expect(await connect(from, 80)).toBe('ok'));
  });
  afterAll(() => lab.down());

  it('are counted, rule by rule, also while the agent is away', async () => {
    await apply(
      acnp({
        appliedTo: [app('web')],
        ingress: [
          { name: 'clients', action: 'Allow', from: [app('client')], ports: [{ port: 80 }] },
          { name: 'rest', action: 'Drop' },
        ],
      }),
    );
    await realized('acnp');
    expect(await columns('antreaclusternetworkpolicystats')).toEqual([['acnp', '0', '0', '0', expect.any(String)]]);
    for (const from of ['near', 'far', 'near']) expect(await connect(from, 80)).toBe('ok');
    await lab.ok(['agent', 'node-1', 'kill']);
    expect(await connect('far', 80)).toBe('ok');
    expect(await connect('far', 8080)).toBe('dropped');
    const counted = await onSwitch(4);
    await lab.ok(['agent', 'node-1', 'start']);
    await eventually(async () => {
      const stats = JSON.parse(
        await lab.kubectl(['get', 'antreaclusternetworkpolicystats', 'acnp', '-o', 'json']),
      ) as Stats;
      expect(stats.ruleTrafficStats).toEqual([
        { name: 'clients', trafficStats: { sessions: 4, ...counted.allowed } },
        { name: 'rest', trafficStats: { sessions: counted.denied.packets, ...counted.denied } },
      ]);
      const { allowed, denied } = counted;
      expect(stats.trafficStats).toEqual({
        sessions: 4 + denied.packets,
        packets: allowed.packets + denied.packets,
        bytes: allowed.bytes + denied.bytes,
      });
    });
    await lab.kubectl(['delete', 'acnp', 'acnp']);
    await eventually(async () => expect(await columns('antreaclusternetworkpolicystats')).toEqual([]));
  });

  interface Stats {
    readonly trafficStats: object;
    readonly ruleTrafficStats: object;
  }

  function apply(...objects: object[]): Promise<string> {
    return lab.kubectl(['apply', '-f', '-'], JSON.stringify(list(objects)));
  }

  async function realized(name: string): Promise<void> {
    await eventually(async () =>
      expect(await lab.kubectl(['get', 'acnp', name, '-o', 'jsonpath={.status.phase}'])).toBe('Realized'),
    );
  }

  /** The lines of kubectl's table. */
  async function columns(resource: string): Promise<string[][]> {
    const text = await lab.kubectl(['get', resource, '--no-headers', '--ignore-not-found']);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(/\s+/));
  }

  async function connect(from: string, port: number): Promise<'ok' | 'dropped' | 'rejected'> {
    const { exitCode } = await lab.exec(
      `default/${from}`,
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-m',
      '1',
      `http://${web}:${port}/`,
    );
    return exitCode === 0 ? 'ok' : exitCode === 7 ? 'rejected' : 'dropped';
  }

  /** What the switch of node-1 counted for what comes in, once it has counted so many connections and they have ended. */
  async function onSwitch(sessions: number): Promise<Record<'allowed' | 'denied', { packets: number; bytes: number }>> {
    return await eventually(async () => {
      const [before, after] = [await readSwitch(), await readSwitch()];
      expect(after).toEqual(before);
      expect(after.sessions).toBe(sessions);
      return { allowed: after.allowed, denied: after.denied };
    });
  }

  async function readSwitch() {
    const dump = await lab.node('node-1', 'sh', '-c', 'sleep 1; ovs-ofctl -O OpenFlow13 dump-flows br-int table=101');
    const sums = { sessions: 0, allowed: { packets: 0, bytes: 0 }, denied: { packets: 0, bytes: 0 } };
    for (const [, packets, bytes, match = ''] of dump.matchAll(/n_packets=(\d+), n_bytes=(\d+), priority=200,(\S+)/g)) {
      const of = match.includes('reg3=') ? sums.denied : sums.allowed;
      of.packets += Number(packets);
      of.bytes += Number(bytes);
      if (match.includes('+new')) sums.sessions += Number(packets);
    }
    return sums;
  }
});
