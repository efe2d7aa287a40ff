import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node } from '@antrea-ts/apis';
import { addMemoryInterface, createMemoryHost, type MemoryHost } from '@antrea-ts/host/testing';
import { fixedCredentials, type KubeConnection } from '@antrea-ts/kube';
import { parseInterfaceAddress } from '@antrea-ts/net-types';
import { waitUntil, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { createMetrics, HealthChecks, loadConfig, memoryLogger, Router } from '@antrea-ts/runtime';
import { runAgent } from '../agent.js';
import { agentConfigTable, type AgentConfig } from '../config/keys.js';
import { agentOptions, type AgentOptions } from '../config/options.js';
import { createAgentMetrics } from '../metrics/agent-metrics.js';
import { createFakeCluster, type FakeCluster } from './fake-cluster.js';

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

/** The Pod CIDR of the Node that agents run on, unless told. */
const defaultPodCidr = '10.10.1.0/24';

/**
 * The Node n1 on a memory host, a cluster with two more, n2 in its subnet and n3 in another, and agents of n1 on a real
 * Open vSwitch.
 */
export class AgentFixture {
  readonly #ovs: PrivateOvs;
  readonly #agents: { stop: () => void; ended: Promise<void> }[] = [];
  readonly directory: string;
  readonly host: MemoryHost;
  cluster: FakeCluster;

  constructor(ovs: PrivateOvs) {
    this.#ovs = ovs;
    this.directory = mkdtempSync(join(tmpdir(), 'antrea-agent-'));
    writeFileSync(join(this.directory, 'host-local'), hostLocal, { mode: 0o755 });
    writeFileSync(join(this.directory, 'address'), '10.10.1.5');
    writeFileSync(join(this.directory, 'go'), '');
    this.host = createMemoryHost();
    const { machine } = this.host;
    const eth0 = addMemoryInterface(machine, 'eth0');
    machine.interfaces.set('eth0', { ...eth0, addresses: [parseInterfaceAddress('192.168.1.11/24')] });
    addMemoryInterface(machine, 'antrea-gw0');
    machine.namespaces.add('/netns/web');
    this.cluster = fakeCluster(defaultPodCidr);
  }

  /** The cluster gives the Node another Pod CIDR; with an IPv6 one as well, its Nodes have both families. */
  changePodCidr(podCidr: string, podCidrV6?: string): void {
    this.cluster = fakeCluster(podCidr, podCidrV6);
  }

  /** Starts an agent. `config` is what the operator wrote, `change` what only a test can set. */
  async start(change: Partial<AgentOptions> = {}, config: Partial<AgentConfig> = {}) {
    const loaded = await loadConfig(agentConfigTable, { argv: [], env: { NODE_NAME: 'n1' }, platform: 'linux' });
    if (loaded.kind !== 'run') throw new Error('not a run');
    const options: AgentOptions = {
      ...agentOptions({ ...loaded.config, ...config }),
      ovsRunDir: this.#ovs.runDir,
      cniSocket: join(this.directory, 'cni.sock'),
      hostProcPathPrefix: '',
      runDir: this.directory,
      logDir: this.directory,
      ...change,
    };
    const log = memoryLogger();
    const health = new HealthChecks();
    const metrics = createAgentMetrics(await createMetrics());
    const controller = new AbortController();
    const { host, cluster } = this;
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
    this.#agents.push(agent);
    return { ...agent, ready: () => waitUntil('the agent is ready', () => log.messages().includes('Ready')) };
  }

  /** What the plugin sends, and the answer to it. */
  cni(command: string, containerId: string, prevResult?: object): Promise<{ status: number; body: string }> {
    const environment = {
      CNI_COMMAND: command,
      CNI_CONTAINERID: containerId,
      CNI_NETNS: '/netns/web',
      CNI_IFNAME: 'eth0',
      CNI_PATH: this.directory,
      CNI_ARGS: 'K8S_POD_NAMESPACE=default;K8S_POD_NAME=web',
    };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
    const config = JSON.stringify({
      cniVersion: '0.4.0',
      name: 'antrea',
      type: 'antrea',
      ...(prevResult ? { prevResult } : {}),
    });
    const socketPath = join(this.directory, 'cni.sock');
    return new Promise((resolve, reject) => {
      const call = request({ socketPath, method: 'POST', path: '/cni' }, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      call.on('error', reject);
      call.end(`${variables.join('')}\0${config}`);
    });
  }

  flows(): Promise<string> {
    return this.#ovs.ofctl('-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');
  }

  async ports(): Promise<string[]> {
    return (await this.#ovs.vsctl('list-ports', 'br-int')).split('\n');
  }

  /** Ends every agent, and removes what they made. */
  async close(): Promise<void> {
    for (const { stop, ended } of this.#agents.splice(0)) {
      stop();
      await ended.catch(() => undefined);
    }
    await this.#ovs.vsctl('--if-exists', 'del-br', 'br-int');
    rmSync(this.directory, { recursive: true });
  }
}

function fakeCluster(podCidr: string, podCidrV6?: string): FakeCluster {
  const both = (v4: string, v6: string): string[] => (podCidrV6 === undefined ? [v4] : [v4, v6]);
  return createFakeCluster({
    nodes: [
      fakeNode('n1', both(podCidr, podCidrV6 ?? ''), both('192.168.1.11', 'fd01::11')),
      fakeNode('n2', both('10.10.2.0/24', 'fd00:10:2::/64'), both('192.168.1.12', 'fd01::12')),
      fakeNode('n3', both('10.10.3.0/24', 'fd00:10:3::/64'), both('192.168.3.13', 'fd03::13')),
    ],
    pods: [{ metadata: { namespace: 'default', name: 'web' } }],
  });
}

function fakeNode(name: string, podCIDRs: readonly string[], addresses: readonly string[]): Node {
  return {
    metadata: { name },
    spec: { podCIDR: podCIDRs[0]!, podCIDRs: [...podCIDRs] },
    status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
  };
}
