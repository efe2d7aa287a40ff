import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node } from '@antrea-ts/apis';
import { createWindowsHost } from '@antrea-ts/host-windows';
import {
  addAdapter,
  createModelMachine,
  createModelPowerShell,
  PowerShellError,
  readHnsState,
  removeAdapter,
  type buildFakeHns,
  type ModelMachine,
  type PowerShell,
} from '@antrea-ts/host-windows/testing';
import { fixedCredentials } from '@antrea-ts/kube';
import { waitUntil, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { createMetrics, HealthChecks, loadConfig, memoryLogger, Router } from '@antrea-ts/runtime';
import { runAgent } from '../agent.js';
import { agentConfigTable, type AgentConfig } from '../config/keys.js';
import { agentOptions } from '../config/options.js';
import { createAgentMetrics } from '../metrics/agent-metrics.js';
import { createFakeCluster } from './fake-cluster.js';

/** What a PowerShell session can do instead of answering: by the error that the agent gets of it. */
export type SessionFault = ConstructorParameters<typeof PowerShellError>[0];

const ofTheSwitch = ['br-int', 'antrea-gw0'];

/** A Windows machine that is a model, with agents on a real Open vSwitch whose devices are none. */
export class WindowsAgent {
  readonly machine: ModelMachine;
  /** The invocation with this number is done, but not answered. */
  sessionFault: { at: number; readonly code: SessionFault; readonly message: string } | undefined;
  /** How long an agent waits for HNS, in milliseconds; absent: as long as always. */
  hnsDeadlineMs: number | undefined;
  /** Invocations so far. */
  invocations = 0;
  readonly #ovs: PrivateOvs;
  readonly #libraries: ReturnType<typeof buildFakeHns>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'windows-agent-'));

  constructor(
    ovs: PrivateOvs,
    libraries: ReturnType<typeof buildFakeHns>,
    { adapter = 'Ethernet', gateway = true }: { readonly adapter?: string; readonly gateway?: boolean } = {},
  ) {
    this.#ovs = ovs;
    this.#libraries = libraries;
    this.machine = createModelMachine({ hnsStateFile: this.#hnsFile });
    process.env['FAKE_HNS_STATE'] = this.#hnsFile;
    process.env['FAKE_HNS_FAULTS'] = join(this.#directory, 'faults');
    const { index } = addAdapter(this.machine, adapter, { mac: '00-15-5D-12-34-56' });
    this.machine.addresses.push({ index, ip: '192.168.1.11', prefixLength: 24 });
    if (gateway) this.machine.routes.push({ prefix: '0.0.0.0/0', nextHop: '192.168.1.1', index, metric: 256 });
    this.machine.dnsServers.set(index, ['192.168.1.2']);
    this.#addSwitchAdapters();
  }

  get #hnsFile(): string {
    return join(this.#directory, 'hns');
  }

  #addSwitchAdapters(): void {
    for (const [at, name] of ofTheSwitch.entries()) {
      addAdapter(this.machine, name, { virtual: true, status: 'Disabled', index: 40 + at });
    }
  }

  /** Faults of HNS, a line each (`native/fake-hns.c`). */
  setHnsFaults(lines: readonly string[]): void {
    writeFileSync(join(this.#directory, 'faults'), lines.map((line) => `${line}\n`).join(''));
  }

  /** Starts an agent, and tells how that ended: why it gave up, or `ready`. It runs no more then. */
  async start(config: Partial<AgentConfig> = {}): Promise<string> {
    const loaded = await loadConfig(agentConfigTable, { argv: [], env: { NODE_NAME: 'N1' }, platform: 'windows' });
    if (loaded.kind !== 'run') throw new Error('not a run');
    const [runDir, logDir] = [this.#directory, this.#directory];
    const paths = { runDir, logDir, ovsRunDir: this.#ovs.runDir, cniSocket: join(runDir, 'cni.sock') };
    const options = agentOptions({ ...loaded.config, ...paths, ...config }, 'windows');
    const log = memoryLogger();
    const host = createWindowsHost({
      logger: log,
      powerShell: this.#powerShell(),
      libraries: this.#libraries,
      settingsFile: join(runDir, 'uplink.json'),
      ...(this.hnsDeadlineMs === undefined ? {} : { hnsDeadlineMs: this.hnsDeadlineMs }),
      gatewayAppearTimeoutMs: 200,
      pollMs: 1,
    });
    const stop = new AbortController();
    const modules = {
      host,
      client: cluster().client,
      connection: { server: '', tls: {}, credentials: fixedCredentials({}), namespace: '' },
      env: {},
      logger: log,
      health: new HealthChecks(),
      metrics: createAgentMetrics(await createMetrics()),
      router: new Router(),
    };
    let failure: unknown;
    const ended = runAgent(options, modules, { signal: stop.signal }).catch((error: unknown) => (failure = error));
    const isReady = () => log.messages().includes('Ready') && this.network().nats.length > 0;
    await waitUntil('the agent is ready or has failed', () => failure !== undefined || isReady());
    stop.abort();
    await ended;
    await host.close();
    return failure === undefined ? 'ready' : failure instanceof Error ? failure.message : 'not an error';
  }

  #powerShell(): PowerShell {
    const model = createModelPowerShell(this.machine);
    return {
      run: async (commands, context) => {
        this.invocations += 1;
        const values = await model.run(commands, context);
        const { at, code, message } = this.sessionFault ?? { at: 0, code: 'silent', message: '' };
        if (this.invocations === at) throw new PowerShellError(code, message);
        return values;
      },
      close: () => model.close(),
    };
  }

  /** What Windows does by itself when the bridge is gone: its adapters go, with all that was on them. */
  async followSwitch(): Promise<void> {
    const bridges = await this.#ovs.vsctl('list-br');
    if (bridges !== '') return;
    for (const name of ofTheSwitch) removeAdapter(this.machine, name);
    this.#addSwitchAdapters();
  }

  /** What of the machine is the host's network, by names. */
  network() {
    const { adapters, addresses, routes, dnsServers, switches, nats, firewall } = this.machine;
    const nameOf = new Map(adapters.map(({ name, index }) => [index, name]));
    return {
      addresses: addresses.map(({ index, ip }) => `${nameOf.get(index)} ${ip}`).sort(),
      routes: routes.map(({ index, prefix, nextHop }) => `${nameOf.get(index)} ${prefix} ${nextHop}`).sort(),
      dns: [...dnsServers].map(([index, servers]) => `${nameOf.get(index)} ${servers.join(' ')}`),
      switches: [...switches.keys()],
      nats: [...nats.keys()],
      firewall: firewall.map(({ name }) => name),
      hns: readHnsState(this.#hnsFile).map(({ kind, object }) => `${kind} ${String(object['Name'])}`),
    };
  }

  /** Removes the bridge and the files. */
  async close(): Promise<void> {
    delete process.env['FAKE_HNS_FAULTS'];
    await this.#ovs.vsctl('--if-exists', 'del-br', 'br-int');
    rmSync(this.#directory, { recursive: true });
  }
}

function cluster() {
  const podCIDR = '10.10.1.0/24';
  const node: Node = {
    metadata: { name: 'n1' },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.1.11' }] },
  };
  return createFakeCluster({ nodes: [node] });
}
