import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedCredentials, type KubeConnection } from '@antrea-ts/kube';
import { addMemoryInterface, createMemoryHost, type MemoryHost } from '@antrea-ts/host/testing';
import { parseInterfaceAddress } from '@antrea-ts/net-types';
import { startPrivateOvs, waitUntil, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { createMetrics, HealthChecks, loadConfig, memoryLogger, Router } from '@antrea-ts/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runAgent } from './agent.js';
import { agentConfigTable } from './config/keys.js';
import { agentOptions, type AgentOptions } from './config/options.js';
import { createAgentMetrics } from './metrics/agent-metrics.js';
import { createFakeCluster, type FakeCluster } from './testing/fake-cluster.js';

const why =
  whyNoPrivateOvs() ??
  (existsSync('/opt/cni/bin/host-local') ? 'the real host-local would be asked for addresses' : undefined);

/** No controller is asked, and so nobody needs to know who we are. */
const nowhere: KubeConnection = { server: '', tls: {}, credentials: fixedCredentials({}), namespace: '' };

/** Gives the address in `address`, once there is a file `go`. */
const hostLocal = `#!/bin/sh
cd "$(dirname "$0")"
[ "$CNI_COMMAND" = ADD ] || exit 0
touch asked
while [ ! -e go ]; do sleep 0.05; done
printf '{"cniVersion":"0.4.0","ips":[{"version":"4","address":"%s/24","gateway":"10.10.1.1"}]}' "$(cat address)"
`;

describe.skipIf(why !== undefined)(`the agent on a real Open vSwitch${why ? ` (skipped: ${why})` : ''}`, () => {
  let ovs: PrivateOvs;
  let directory: string;
  let host: MemoryHost;
  let cluster: FakeCluster;
  const agents: { stop: () => void; ended: Promise<void> }[] = [];

  beforeAll(async () => {
    ovs = await startPrivateOvs();
  });
  afterAll(() => ovs?.stop());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'antrea-agent-'));
    writeFileSync(join(directory, 'host-local'), hostLocal, { mode: 0o755 });
    writeFileSync(join(directory, 'address'), '10.10.1.5');
    writeFileSync(join(directory, 'go'), '');
    host = createMemoryHost();
    const eth0 = addMemoryInterface(host.machine, 'eth0');
    host.machine.interfaces.set('eth0', { ...eth0, addresses: [parseInterfaceAddress('192.168.1.11/24')] });
    addMemoryInterface(host.machine, 'antrea-gw0');
    host.machine.namespaces.add('/netns/web');
    cluster = createFakeCluster({
      nodes: [node('n1', '10.10.1.0/24', '192.168.1.11'), node('n2', '10.10.2.0/24', '192.168.1.12')],
      pods: [{ metadata: { namespace: 'default', name: 'web' } }],
    });
  });
  afterEach(async () => {
    for (const { stop, ended } of agents.splice(0)) {
      stop();
      await ended.catch(() => undefined);
    }
    await ovs.vsctl('--if-exists', 'del-br', 'br-int');
    rmSync(directory, { recursive: true });
  });

  async function start(change: Partial<AgentOptions> = {}) {
    const loaded = await loadConfig(agentConfigTable, { argv: [], env: { NODE_NAME: 'n1' }, platform: 'linux' });
    if (loaded.kind !== 'run') throw new Error('not a run');
    const options: AgentOptions = {
      ...agentOptions(loaded.config),
      ovsRunDir: ovs.runDir,
      cniSocket: join(directory, 'cni.sock'),
      hostProcPathPrefix: '',
      runDir: directory,
      logDir: directory,
      ...change,
    };
    const log = memoryLogger();
    const health = new HealthChecks();
    const metrics = createAgentMetrics(await createMetrics());
    const controller = new AbortController();
    const ended = runAgent(
      options,
      {
        host,
        client: cluster.client,
        connection: nowhere,
        env: {},
        logger: log,
        health,
        metrics,
        router: new Router(),
      },
      { signal: controller.signal },
    );
    ended.catch(() => undefined);
    const agent = { log, health, ended, stop: () => controller.abort() };
    agents.push(agent);
    return { ...agent, ready: () => waitUntil('the agent is ready', () => log.messages().includes('Ready')) };
  }

  /** What the plugin sends, and the answer to it. */
  function cni(command: string, containerId: string): Promise<{ status: number; body: string }> {
    const environment = {
      CNI_COMMAND: command,
      CNI_CONTAINERID: containerId,
      CNI_NETNS: '/netns/web',
      CNI_IFNAME: 'eth0',
      CNI_PATH: directory,
      CNI_ARGS: 'K8S_POD_NAMESPACE=default;K8S_POD_NAME=web',
    };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
    const config = '{"cniVersion":"0.4.0","name":"antrea","type":"antrea"}';
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: join(directory, 'cni.sock'), method: 'POST', path: '/cni' }, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      call.on('error', reject);
      call.end(`${variables.join('')}\0${config}`);
    });
  }

  const flows = async (): Promise<string> => await ovs.ofctl('-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');
  const ports = async (): Promise<string[]> => (await ovs.vsctl('list-ports', 'br-int')).split('\n');

  it('connects and disconnects a Pod; a restart in between changes nothing', async () => {
    const first = await start();
    await first.ready();
    const without = await flows();
    expect(await cni('ADD', 'c1')).toMatchObject({ status: 200 });
    const withPod = await flows();
    expect(withPod).toContain('10.10.1.5');
    first.stop();
    await first.ended;

    const second = await start();
    await second.ready();
    expect(second.log.entries.find(({ message }) => message === 'Read installed flows')?.fields).toMatchObject({
      missing: 0,
      altered: 0,
      unwanted: 0,
    });
    expect(await flows()).toBe(withPod);
    expect(await cni('DEL', 'c1')).toMatchObject({ status: 200 });
    expect(await flows()).toBe(without);
    expect(await ports()).toEqual(['antrea-gw0', 'antrea-tun0']);
    expect(await cni('DEL', 'c1')).toMatchObject({ status: 200 });
  });

  it('stops while the host is not as it should be', async () => {
    for (let i = 0; i < 100; i++) host.faults.failNext('trafficRules.ensure', new Error('no iptables'));
    const agent = await start();
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
    rmSync(join(directory, 'go'));
    const agent = await start();
    await agent.ready();
    const answer = cni('ADD', 'c1');
    await waitUntil('host-local was asked', () => existsSync(join(directory, 'asked')));
    await waitUntil('the port is there', async () => (await ports()).length === 3);
    const stoppedAt = performance.now();
    agent.stop();
    expect(await answer).toMatchObject({ status: 500, body: expect.stringContaining('"code":11') });
    await agent.ended;
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
    expect(await ports()).toEqual(['antrea-gw0', 'antrea-tun0']);
    expect(host.machine.podInterfaces.size).toBe(0);
  });

  it('lets the switch forward again after it was restarted and told to wait for its flows', async () => {
    const agent = await start();
    await agent.ready();
    const before = await flows();
    await ovs.stopVswitchd();
    await ovs.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', 'other_config:flow-restore-wait=true');
    await ovs.startVswitchd();
    await waitUntil(
      'flow-restore-wait is gone',
      async () => !(await ovs.vsctl('get', 'Open_vSwitch', '.', 'other_config')).includes('flow-restore-wait'),
    );
    expect(await flows()).toBe(before);
  });

  it('waits for a Kubernetes API that is away, and removes nothing meanwhile', async () => {
    const first = await start();
    await first.ready();
    await cni('ADD', 'c1');
    const before = await flows();
    first.stop();
    await first.ended;

    cluster.unreachable.add('nodes');
    const second = await start();
    await waitUntil('it has asked', () =>
      second.log.messages().some((message) => /List or watch failed|failed/i.test(message)),
    );
    cluster.unreachable.add('pods');
    cluster.unreachable.delete('nodes');
    await expect(second.ended).rejects.toThrow('list pods: nobody answers');
    expect(await flows()).toBe(before);
    expect(await ports()).toHaveLength(3);

    cluster.unreachable.clear();
    await (await start()).ready();
    expect(await flows()).toBe(before);
  });

  it('says which socket of Open vSwitch is not there, and what to do', async () => {
    const agent = await start({ ovsRunDir: directory });
    await expect(agent.ended).rejects.toThrow(
      `connect to ovsdb-server at ${directory}/db.sock: the socket is not there (ENOENT); start it with`,
    );
  }, 15_000);
});

function node(name: string, podCIDR: string, address: string) {
  return {
    metadata: { name },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  };
}
