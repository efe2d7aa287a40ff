import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { acnp, app, k8s, list } from './policies.js';
import { echoServer, probe } from './probes.js';

/** How often a Pod asks while a policy is edited: 30 ms apart, for some seconds. */
const asked = 150;

const askProgram = `
const [ip, port, count] = process.argv.slice(1);
let sent = 0, answered = 0;
const timer = setInterval(() => {
  const socket = require('dgram').createSocket('udp4');
  socket.on('message', () => { answered += 1; }).on('error', () => {});
  socket.send('x', Number(port), ip);
  setTimeout(() => socket.close(), 1500);
  if ((sent += 1) < Number(count)) return;
  clearInterval(timer);
  setTimeout(() => console.log(JSON.stringify({ sent, answered })), 1600);
}, 30);`;

const floodProgram = `
const socket = require('dgram').createSocket('udp4');
socket.bind(() => console.log('begun'));
setInterval(() => { for (let host = 2; host < 30; host += 1) socket.send('x', 4000, '10.10.1.' + host); }, 5);`;

const counterProgram = `
let count = 0;
const socket = require('dgram').createSocket('udp4');
socket.on('message', () => { count += 1; }).bind(4000);
setInterval(() => require('fs').writeFileSync(process.argv[1], String(count)), 100);`;

/** Says a word, and after a line of input another; prints whether each came back. */
const talkProgram = (ip: string): string => `
const socket = require('net').connect(80, '${ip}', () => socket.write('a'));
socket.once('data', () => {
  process.stdout.write('echo ');
  socket.once('data', () => { console.log('echo'); process.exit(); });
});
process.stdin.once('data', () => { socket.write('b'); setTimeout(() => { console.log('silence'); process.exit(); }, 2500); });`;

/** What policies do to traffic, packet by packet. */
describe('policies and traffic', () => {
  const lab = new Lab('traffic');
  let web = '';

  beforeAll(async () => {
    await lab.up('--nodes', '2', '--ip', 'dual');
    await lab.pods([
      { name: 'web', node: 'node-1', labels: { app: 'web' }, command: ['node', '-e', echoServer] },
      { name: 'near', node: 'node-1', labels: { app: 'client' } },
      { name: 'far', node: 'node-2', labels: { app: 'client' } },
    ]);
    [web = ''] = await lab.podIps('web');
    // The first packet between two Nodes is lost while their switches learn of each other.
    for (const from of ['near', 'far']) await eventually(async () => expect(await connect(from, 80)).toBe('ok'));
  });
  afterAll(async () => {
    await lab.down();
    for (const namespace of ['quiet', 'default']) await rm(countFile(namespace), { force: true });
  });

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

  it('new connections go on without a loss while a policy is edited, and what is denied stays so', async () => {
    const edition = (number: number): object =>
      k8s({
        ...app('web'),
        ingress: [
          { from: [app('client')], ports: [{ protocol: 'UDP', port: 80 }] },
          { from: [app(`nobody-${number}`)] },
          { ports: [{ port: 1000 + number }] },
        ],
      });
    await apply(edition(0));
    await eventually(async () =>
      expect(await probe(lab, 'default/far', [web], ['udp/8080'])).toEqual({ 'udp/8080': 'dropped' }),
    );
    const running = Promise.all([ask('near', 80), ask('far', 80), ask('near', 8080), ask('far', 8080)]);
    const isOver = running.then(() => true);
    let number = 0;
    do await apply(edition((number += 1)));
    while (!(await Promise.race([isOver, Promise.resolve(false)])));
    expect(number).toBeGreaterThan(3);
    const [near, far, ...others] = await running;
    expect(near).toEqual({ sent: asked, answered: asked });
    expect(far).toEqual({ sent: asked, answered: asked });
    expect(others).toEqual([
      { sent: asked, answered: 0 },
      { sent: asked, answered: 0 },
    ]);
    await lab.kubectl(['delete', 'networkpolicy', '--all']);
  });

  it('no packet reaches a Pod that is created into an isolated Namespace', async () => {
    await apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'quiet' } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'isolate', namespace: 'quiet' },
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      },
    );
    // From another Node, to every address that a Pod may get, from before it is there.
    const flood = lab.spawn(['exec', 'default/far', '--', 'node', '-e', floodProgram]);
    try {
      await new Promise((resolve) => flood.stdout.once('data', resolve));
      for (const namespace of ['quiet', 'default']) await apply(counterPod(namespace));
      await eventually(async () => expect(Number(await received('default'))).toBeGreaterThan(10));
      await lab.kubectl(['-n', 'quiet', 'wait', '--for=condition=Ready', '--timeout=60s', 'pod/counter']);
      await eventually(async () => expect(await received('quiet')).toMatch(/^\d+$/));
      expect(await received('quiet')).toBe('0');
    } finally {
      flood.kill();
    }
  });

  it('hostNetwork Pods are neither targets nor peers by label', async () => {
    const everywhere = (labels: object): object => ({ podSelector: { matchLabels: labels } });
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'host', namespace: 'default', labels: { app: 'client', on: 'host' } },
      spec: { nodeName: 'node-2', hostNetwork: true, containers: [{ name: 'main', image: 'none' }] },
    });
    await lab.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'pod/host']);
    await apply(
      k8s({ ...app('web'), ingress: [{ from: [app('client')] }] }),
      acnp({ appliedTo: [everywhere({ on: 'host' })], egress: [{ action: 'Drop' }], ingress: [{ action: 'Drop' }] }),
    );
    await realized('acnp');
    await eventually(async () => {
      const [host, far] = await Promise.all(
        ['host', 'far'].map((from) => probe(lab, `default/${from}`, [web], ['tcp/80', 'icmp'])),
      );
      expect(far).toEqual({ 'tcp/80': 'ok', icmp: 'ok' });
      expect(host).toEqual({ 'tcp/80': 'dropped', icmp: 'dropped' });
    });
    await lab.kubectl(['delete', 'networkpolicy', '--all']);
    // Its own policy does not hold it.
    await eventually(async () =>
      expect(await probe(lab, 'default/host', [web], ['tcp/80', 'icmp'])).toEqual({ 'tcp/80': 'ok', icmp: 'ok' }),
    );
    await lab.kubectl(['delete', 'acnp', '--all']);
  });

  it('established connections live on under a new deny, or not, as the agent is told', async () => {
    for (const mode of ['keep', 'cut']) {
      await lab.node('node-1', 'sh', '-c', `echo 'establishedConnections: ${mode}' >> ${configOf('node-1')}`);
      await lab.ok(['agent', 'node-1', 'restart']);
      await eventually(() => lab.node('node-1', 'curl', '-skf', 'https://127.0.0.1:10350/readyz'));
      const talk = lab.spawn(['exec', 'default/far', '--', 'node', '-e', talkProgram(web)]);
      const heard = new Promise<string>((resolve) => {
        let text = '';
        talk.stdout.on('data', (data: Buffer) => (text += data.toString())).on('close', () => resolve(text));
      });
      await new Promise((resolve) => talk.stdout.once('data', resolve));
      await apply(acnp({ appliedTo: [app('web')], ingress: [{ action: 'Drop' }] }));
      await realized('acnp');
      expect(await connect('far', 80)).toBe('dropped');
      talk.stdin.write('more\n');
      expect((await heard).trim()).toBe(mode === 'keep' ? 'echo echo' : 'echo silence');
      await lab.kubectl(['delete', 'acnp', '--all']);
      await lab.node('node-1', 'sed', '-i', '/^establishedConnections/d', configOf('node-1'));
    }
    await lab.ok(['agent', 'node-1', 'restart']);
  });

  /** Asks web from a Pod by UDP, from another port each time, as fast as one answer after the other allows. */
  async function ask(from: string, port: number): Promise<{ sent: number; answered: number }> {
    const { stdout } = await lab.exec(`default/${from}`, 'node', '-e', askProgram, web, String(port), String(asked));
    return JSON.parse(stdout) as { sent: number; answered: number };
  }

  /** The file systems of Pods are this machine's. */
  function countFile(namespace: string): string {
    return `/tmp/${lab.name}-${namespace}`;
  }

  function received(namespace: string): Promise<string> {
    return lab.exec(`${namespace}/counter`, 'cat', countFile(namespace)).then(({ stdout }) => stdout.trim());
  }

  function counterPod(namespace: string): object {
    const command = ['node', '-e', counterProgram, countFile(namespace)];
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'counter', namespace },
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none', command }] },
    };
  }

  function configOf(node: string): string {
    return `/run/antrea-lab/${lab.name}/nodes/${node}/antrea-agent.conf`;
  }

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

  async function connect(from: string, port: number): Promise<string> {
    const tried = `tcp/${port}` as const;
    return (await probe(lab, `default/${from}`, [web], [tried]))[tried] ?? 'unknown';
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
