import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createKubeClient, loadKubeconfig, resources } from '@antrea-ts/kube';
import { formatFlow } from '@antrea-ts/openflow';
import { connectOpenFlow, connectOvsdb, openBridge, ovsEndpoint } from '@antrea-ts/ovs';
import { addAdapter, containerRuntime, MachineFile } from '@antrea-ts/host-windows/testing';
import { silentLogger } from '@antrea-ts/runtime';
import type { ClusterFile } from './cluster-file.js';
import { runner } from './runner.js';

const [, , , clusterFile = ''] = process.argv;
const cluster = JSON.parse(readFileSync(clusterFile, 'utf8')) as ClusterFile;
const runDir = 'C:\\openvswitch\\var\\run\\openvswitch';
const home = mkdtempSync('C:\\antrea-');
const agentProgram = join(import.meta.dirname, '..', 'main-windows', 'main.js');
const libraries = { computeNetwork: 'computenetwork.dll', computeService: 'vmcompute.dll', memory: 'ole32.dll' };
const namespace = '6a1f4b4e-95c3-4b86-9d3c-0f6a2d2f7c11';
const { signal } = new AbortController();

process.env['MODEL_MACHINE'] = join(home, 'machine');
process.env['FAKE_HNS_STATE'] = join(home, 'hns.state');
const machine = new MachineFile(join(home, 'machine'));

/** A Windows machine with one adapter; Open vSwitch's own interfaces are there, because its devices are not. */
machine.update((state) => {
  Object.assign(state, { hnsStateFile: join(home, 'hns.state') });
  const { index } = addAdapter(state, 'Ethernet', { mac: '00-15-5D-12-34-56' });
  state.addresses.push({ index, ip: '192.168.77.29', prefixLength: 24 });
  state.routes.push({ prefix: '0.0.0.0/0', nextHop: '192.168.77.1', index, metric: 256 });
  for (const name of ['br-int', 'antrea-gw0']) addAdapter(state, name, { virtual: true, status: 'Disabled' });
});

/** Open vSwitch's sockets, as the named pipes that its build for Windows has. */
mkdirSync(runDir, { recursive: true });
writeFileSync(join(runDir, 'ovs-vswitchd.pid'), `${cluster.vswitchdPid}\n`);
for (const [name, port] of Object.entries(cluster.sockets)) {
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) each.on('error', () => (client.destroy(), upstream.destroy()));
  });
  server.listen(ovsEndpoint(runDir, name)).unref();
}

const config = join(home, 'antrea-agent.conf');
writeFileSync(
  config,
  JSON.stringify({
    clientConnection: { kubeconfig: cluster.kubeconfig },
    antreaClientConnection: { kubeconfig: cluster.kubeconfig },
    ovsRunDir: runDir,
    apiPort: 10450,
  }),
);

function startAgent(): ChildProcess {
  const log = openSync(join(home, 'agent.log'), 'a');
  return spawn(process.execPath, [agentProgram, '--config', config, '--run-dir', home, '--log-dir', home], {
    cwd: 'C:\\',
    env: { ...process.env, NODE_NAME: 'WIN-1' },
    stdio: ['ignore', log, log],
  });
}

async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const log = readFileSync(join(home, 'agent.log'), 'utf8').split('\n').slice(-40).join('\n');
      throw new Error(`not within ${seconds} s: ${what}\n${log}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function readyz(): Promise<string> {
  const call = request({ host: '127.0.0.1', port: 10450, path: '/readyz?verbose', rejectUnauthorized: false }).end();
  const [response] = (await once(call, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  if (response.statusCode !== 200) throw new Error(body);
  return body;
}

async function flows(): Promise<string[]> {
  const connection = await connectOpenFlow({
    path: ovsEndpoint(runDir, 'br-int.mgmt'),
    logger: silentLogger,
    controllerId: 1,
    signal,
  });
  try {
    return (await connection.dumpFlows()).map((flow) => formatFlow(flow));
  } finally {
    await connection.close();
  }
}

const plugin = 'C:\\opt\\cni\\bin\\antrea-cni.exe';
const cniConfig = { cniVersion: '0.4.0', name: 'antrea', type: 'antrea', ipam: { type: 'host-local' } };

/** The plugin, as containerd calls it. */
function cni(command: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      CNI_COMMAND: command,
      CNI_CONTAINERID: 'c0ffee0123456789',
      CNI_NETNS: namespace,
      CNI_IFNAME: 'eth0',
      CNI_ARGS: 'K8S_POD_NAMESPACE=default;K8S_POD_NAME=web',
      CNI_PATH: 'C:\\opt\\cni\\bin',
    };
    const child = execFile(plugin, { env, timeout: 60_000 }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 255 : 0, output: stdout }),
    );
    child.stdin?.end(JSON.stringify(cniConfig));
  });
}

function hostNetwork() {
  return machine.update(({ adapters, addresses, routes, nats, firewall }) => {
    const nameOf = new Map(adapters.map(({ index, name }) => [index, name]));
    return {
      addresses: addresses.map(({ index, ip }) => `${nameOf.get(index)} ${ip}`).sort(),
      routes: routes.map(({ index, prefix, nextHop }) => `${nameOf.get(index)} ${prefix} ${nextHop}`).sort(),
      nats: [...nats].map(([name, prefix]) => `${name} ${prefix}`),
      firewall: firewall.map(({ name }) => name).sort(),
    };
  });
}

runner.describe('a Windows Node under Wine', () => {
  const { it, expect } = runner;
  let agent: ChildProcess;

  it('comes up: the adapter on the bridge, the host behind it, flows, NAT and firewall', async () => {
    agent = startAgent();
    await until('the agent is ready', readyz, 120);
    expect(hostNetwork()).toEqual({
      addresses: ['antrea-gw0 10.10.9.1', 'br-int 192.168.77.29'],
      routes: ['antrea-gw0 10.10.1.0/24 10.10.1.1', 'br-int 0.0.0.0/0 192.168.77.1'],
      nats: ['antrea-nat 10.10.9.0/24'],
      firewall: ['Antrea: accept packets from local Pods', 'Antrea: accept packets to local Pods'],
    });
    const lines = await flows();
    for (const wanted of [
      'in_port=3 actions=LOCAL',
      'in_port=LOCAL actions=output:3',
      'nw_dst=10.10.1.0/24 actions=',
    ]) {
      expect(lines.some((line) => line.includes(wanted)) ? wanted : lines.join('\n')).toEqual(wanted);
    }
  });

  it('tells the cluster of itself', async () => {
    const client = createKubeClient(await loadKubeconfig(cluster.kubeconfig));
    const info = await until('its AntreaAgentInfo', async () =>
      client.get(resources.antreaAgentInfos, { name: 'win-1' }),
    );
    expect(info.metadata.name).toEqual('win-1');
    await client.close();
  });

  it('connects a Pod that containerd made, under its policies, and lets it go', async () => {
    containerRuntime(libraries).createNamespace(namespace);
    const { code, output } = await cni('ADD');
    expect(code, output).toEqual(0);
    expect((JSON.parse(output) as { ips: { address: string }[] }).ips.map(({ address }) => address)).toEqual([
      '10.10.9.2/24',
    ]);
    const ofPod = (line: string): boolean => line.includes('nw_src=10.10.9.2') || line.includes('nw_dst=10.10.9.2');
    await until('flows of the Pod', async () => ((await flows()).some(ofPod) ? true : undefined));
    // Isolated by a policy of the cluster: what comes for its port is dropped where no rule lets it through.
    const isolates = (line: string): boolean => /table=100, priority=200,.*reg1=0x.* actions=drop/.test(line);
    await until('isolation by the policy', async () => ((await flows()).some(isolates) ? true : undefined));
    expect((await cni('DEL')).code).toEqual(0);
    await until('no flows of the Pod', async () => ((await flows()).some(ofPod) ? undefined : true));
  });

  it('is started again and changes nothing', async () => {
    const before = { host: hostNetwork(), flows: (await flows()).sort() };
    agent.kill('SIGKILL');
    await once(agent, 'exit');
    agent = startAgent();
    await until('the agent is ready again', readyz, 120);
    expect({ host: hostNetwork(), flows: (await flows()).sort() }).toEqual(before);
    const database = await connectOvsdb({ path: ovsEndpoint(runDir, 'db.sock'), logger: silentLogger, signal });
    expect(
      openBridge(database, 'br-int')
        .ports()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['Ethernet', 'antrea-gw0', 'antrea-tun0', 'br-int']);
    await database.close();
    agent.kill('SIGKILL');
  });
});
