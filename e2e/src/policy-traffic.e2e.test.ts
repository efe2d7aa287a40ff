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

  it('from before Antrea 1.0 are mirrored, until they are told to stop', async () => {
    const legacy = (kind: string, name: string, spec: object, group = 'security'): object => ({
      apiVersion: `${group}.antrea.tanzu.vmware.com/${group === 'core' ? 'v1alpha2' : 'v1alpha1'}`,
      kind,
      metadata: { name, labels: { old: 'yes' } },
      spec,
    });
    const drop = (port: number): object =>
      legacy('ClusterNetworkPolicy', 'old', {
        priority: 5,
        appliedTo: [{ group: 'webs' }],
        ingress: [{ action: 'Drop', ports: [{ port }] }],
      });
    const managedBy = "-o=jsonpath={.metadata.annotations['crd\\.antrea\\.io/managed-by']}";
    await apply(acnp({ appliedTo: [app('nobody')] }, 'mine'));
    await apply(
      drop(80),
      legacy('ClusterGroup', 'webs', app('web'), 'core'),
      legacy('Tier', 'old-tier', { priority: 77 }),
      legacy('ClusterNetworkPolicy', 'mine', { priority: 9, appliedTo: [app('web')], ingress: [{ action: 'Drop' }] }),
    );
    await eventually(async () => {
      expect(await lab.kubectl(['get', 'acnp', 'old', managedBy])).toBe('crdmirroring-controller');
      const columns =
        '-o=custom-columns=:.metadata.labels.old,:.spec.priority,:.status.phase,:.status.desiredNodesRealized';
      const shown = await lab.kubectl(['get', 'lacnp', 'old', columns, '--no-headers']);
      expect(shown.trim().split(/\s+/)).toEqual(['yes', '5', 'Realized', '1']);
      expect(await lab.kubectl(['get', 'tr', 'old-tier', '-o=jsonpath={.spec.priority}'])).toBe('77');
    });
    expect([await connect('far', 80), await connect('far', 8080)]).toEqual(['dropped', 'ok']);
    await apply(drop(8080));
    await eventually(async () =>
      expect([await connect('far', 80), await connect('far', 8080)]).toEqual(['ok', 'dropped']),
    );
    await expect(apply(drop(70_000))).rejects.toThrow('port 70000 is not between 0 and 65535');
    // What a user made under the same name is the user's.
    expect(await lab.kubectl(['get', 'acnp', 'mine', '-o=jsonpath={.spec.priority}'])).toBe('5');

    await lab.kubectl(['annotate', 'lacnp', 'old', 'crd.antrea.io/stop-mirror=yes']);
    await eventually(async () => expect(await lab.kubectl(['get', 'acnp', 'old', managedBy])).toBe(''));
    await lab.kubectl(['delete', 'lacnp', '--all']);
    await lab.kubectl(['delete', 'ltr', '--all']);
    await eventually(async () =>
      expect(await lab.kubectl(['get', 'tr', 'old-tier', '--ignore-not-found', '-o', 'name'])).toBe(''),
    );
    expect((await lab.kubectl(['get', 'acnp', '-o', 'name'])).split('\n')).toContain(
      'clusternetworkpolicy.crd.antrea.io/old',
    );
    await lab.kubectl(['delete', 'acnp', '--all']);
    await lab.kubectl(['delete', 'lcg', '--all']);
    await eventually(async () => expect(await lab.kubectl(['get', 'cg', '-o', 'name'])).toBe(''));
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
