import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCniHandler, type CniCall, type Ipam } from '@antrea-ts/cni';
import type { Host } from '@antrea-ts/host';
import { createWindowsHost, hostAdapterName } from '@antrea-ts/host-windows';
import {
  buildFakeHns,
  containerRuntime,
  createModelMachine,
  createModelPowerShell,
  makePodNetwork,
  readHnsState,
  type ModelMachine,
} from '@antrea-ts/host-windows/testing';
import { parseCidr, parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import type { OvsBridge, OvsPort } from '@antrea-ts/ovs';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PortModules } from './connect-port.js';
import { LatePorts } from './late-ports.js';
import { takeOverPods } from './local-pods.js';
import { AgentPodNetwork } from './pod-network.js';
import { PodStore } from './pod-store.js';

const { signal } = new AbortController();
const podCidrs = [parseCidr('10.10.1.0/24')];

/** A bridge on Windows: it has a port for an adapter that is there. */
class WindowsBridge {
  readonly rows = new Map<string, Pick<OvsPort, 'name' | 'ofPort' | 'externalIds'>>();
  attempts = 0;
  appeared: (name: string) => boolean = () => true;

  port = (name: string) => this.rows.get(name);
  ports = () => [...this.rows.values()];
  async createPort({ name, externalIds = {} }: { name: string; externalIds?: Record<string, string> }) {
    this.attempts += 1;
    if (!this.appeared(name)) throw new Error(`could not open network device ${name}`);
    const row = { name, ofPort: 10 + this.attempts, externalIds: new Map(Object.entries(externalIds)) };
    this.rows.set(name, row);
    return row;
  }
  async setPortExternalIds(name: string, externalIds: Record<string, string>) {
    this.rows.set(name, { ...this.rows.get(name)!, externalIds: new Map(Object.entries(externalIds)) });
  }
  async deletePort(name: string) {
    this.rows.delete(name);
  }
}

/** Gives another address each time it is asked. */
function ipamOf(holders: Map<string, string>): Ipam {
  let last = 4;
  return {
    async allocate({ containerId }) {
      const address = `10.10.1.${(last += 1)}`;
      holders.set(containerId, address);
      return [{ ...parseInterfaceAddress(`${address}/24`), gateway: parseIp('10.10.1.1') }];
    },
    release: async ({ containerId }) => void holders.delete(containerId),
    check: async () => undefined,
    holders: async () => [...holders.keys()].map((containerId) => ({ containerId, ifName: 'eth0' })),
  };
}

describe.skipIf(process.platform !== 'linux')('Pods of an agent on Windows', () => {
  const libraries = process.platform === 'linux' ? buildFakeHns() : undefined!;
  const runtime = process.platform === 'linux' ? containerRuntime(libraries) : undefined!;
  const addresses = new Map<string, string>();
  let directory: string;
  let machine: ModelMachine;
  let invocations: number;
  let bridge: WindowsBridge;
  let agent: ReturnType<typeof startAgent>;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'windows-agent-pods-'));
    process.env['FAKE_HNS_STATE'] = join(directory, 'hns');
    machine = createModelMachine({ hnsStateFile: join(directory, 'hns') });
    invocations = 0;
    bridge = new WindowsBridge();
    addresses.clear();
    await makePodNetwork(libraries);
    agent = startAgent();
  });
  afterEach(async () => {
    await agent.end();
    rmSync(directory, { recursive: true });
  });

  /** An agent as far as Pods are concerned; the machine, the switch and the addresses outlive it. */
  function startAgent() {
    const model = createModelPowerShell(machine);
    const log = memoryLogger();
    const clock = new FakeClock();
    const host: Host = createWindowsHost({
      logger: log,
      powerShell: {
        run: (commands, context) => ((invocations += 1), model.run(commands, context)),
        close: () => model.close(),
      },
      libraries,
      settingsFile: join(directory, 'uplink'),
    });
    const store = new PodStore();
    const ipam = ipamOf(addresses);
    const flows = new Set<string>();
    const settled = async (): Promise<void> => undefined;
    const intent = {
      setPod: (owner: string, pod: object | undefined) => (pod ? flows.add(owner) : flows.delete(owner)),
    } as unknown as PortModules['intent'];
    const latePorts = new LatePorts({ logger: log, clock });
    const modules = { host, bridge: bridge as unknown as OvsBridge, ipam, store, intent, logger: log };
    const network = new AgentPodNetwork(
      { hostProcPathPrefix: '', checksumOffload: false },
      {
        ...modules,
        latePorts,
        node: { podCidrs, mtu: 1450 } as unknown as ConstructorParameters<typeof AgentPodNetwork>[1]['node'],
        dataplane: { settled },
        policy: { admission: undefined, policies: { settled } } as unknown as PortModules['policy'],
        ready: Promise.resolve(),
        problem: () => undefined,
        hostApplied: settled,
      },
    );
    return {
      log,
      clock,
      store,
      flows,
      handler: createCniHandler({ network, ipam, logger: log }),
      takeOver: async (livePods: readonly string[]) => {
        const unfinished = await takeOverPods({ livePods: new Set(livePods), podCidrs }, modules, { signal });
        network.resume(unfinished);
      },
      end: async () => {
        latePorts.stop();
        await host.close();
      },
    };
  }

  async function restart(livePods: readonly string[]): Promise<void> {
    await agent.end();
    agent = startAgent();
    await agent.takeOver(livePods);
  }

  function cni(command: CniCall['command'], containerId: string, netns: string): Promise<object> {
    const args = new Map([
      ['K8S_POD_NAME', 'web'],
      ['K8S_POD_NAMESPACE', 'default'],
    ]);
    const dns = { dns: { servers: ['10.96.0.10'], searches: ['cluster.local'] } };
    const config = JSON.stringify({ cniVersion: '0.3.0', name: 'antrea', type: 'antrea', runtimeConfig: dns });
    return agent.handler.handle({ command, containerId, netns, ifName: 'eth0', args, path: [], config }, { signal });
  }

  const endpoints = () => readHnsState(join(directory, 'hns')).filter(({ kind }) => kind === 'endpoints');
  const adapterMtus = () => machine.adapters.map(({ name, mtu }) => [name, mtu]);
  /** Seconds pass until it is so, but for those in which the background has not come to its end. */
  const eventually = (isSo: () => boolean): Promise<void> =>
    vi.waitFor(
      async () => {
        await agent.clock.advance(1_000);
        expect(isSo()).toBe(true);
      },
      { timeout: 10_000, interval: 10 },
    );
  const connected = (): boolean => agent.store.size === 1 && agent.flows.size === 1;
  const asked = (times: number) => {
    const already = bridge.attempts;
    return eventually(() => bridge.attempts >= already + times);
  };
  const isWaited = (): boolean => agent.log.messages().includes('A Pod is not connected yet');

  describe('with containerd', () => {
    let netns: string;
    beforeEach(() => runtime.createNamespace((netns = randomUUID())));

    it('the port comes when the adapter is there, and PowerShell is asked once for a Pod', async () => {
      bridge.appeared = () => false;
      await cni('ADD', 'c1', netns);
      await asked(5);
      expect(invocations).toBe(0);
      expect(agent.store.size).toBe(0);
      bridge.appeared = () => true;
      await eventually(connected);
      expect(agent.store.all()).toMatchObject([{ podName: 'web', mtu: 1450, ofPort: bridge.ports()[0]!.ofPort }]);
      expect(agent.flows).toEqual(new Set(['pod/default/web/c1']));
      expect(invocations).toBe(1);
      expect(adapterMtus()).toEqual([[hostAdapterName(bridge.ports()[0]!.name), 1450]]);
    });

    it('an agent that ended before that: the next one makes the port', async () => {
      bridge.appeared = () => false;
      await cni('ADD', 'c1', netns);
      await asked(1);
      await restart(['default/web']);
      expect(endpoints()).toHaveLength(1);
      expect([...addresses]).toEqual([['c1', '10.10.1.5']]);
      await asked(2);
      expect(agent.store.size).toBe(0);
      bridge.appeared = () => true;
      await eventually(connected);
      expect(agent.store.all()).toMatchObject([
        { containerId: 'c1', podName: 'web', podNamespace: 'default', mtu: 1450, addresses: [parseIp('10.10.1.5')] },
      ]);
      expect(adapterMtus()).toEqual([[hostAdapterName(bridge.ports()[0]!.name), 1450]]);
      await cni('DEL', 'c1', netns);
      expect([endpoints(), [...addresses], bridge.ports(), [...agent.flows]]).toEqual([[], [], [], []]);
    });

    it('an agent that ended between port and MTU: the next one sets it', async () => {
      machine.failAt = 1;
      await cni('ADD', 'c1', netns);
      await vi.waitFor(() => expect(isWaited()).toBe(true));
      expect(bridge.ports()).toHaveLength(1);
      expect(agent.store.size).toBe(0);
      await restart(['default/web']);
      await eventually(() => adapterMtus().some(([, mtu]) => mtu === 1450));
      await eventually(() => bridge.ports().some(({ externalIds }) => externalIds.has('antrea-ts-mtu')));
      expect(agent.store.all()).toMatchObject([{ containerId: 'c1', mtu: 1450 }]);
      expect(adapterMtus()).toEqual([[hostAdapterName(bridge.ports()[0]!.name), 1450]]);
      // What is complete is left alone.
      const before = invocations;
      await restart(['default/web']);
      expect(connected()).toBe(true);
      await agent.clock.advance(5_000);
      expect(invocations).toBe(before);
      expect(agent.log.messages()).not.toContain('Completing what connects a Pod');
    });

    it('an agent that ended while Open vSwitch was to take the adapter: the same', async () => {
      await cni('ADD', 'c1', netns);
      await eventually(connected);
      const [port] = bridge.ports();
      bridge.rows.set(port!.name, { ...port!, ofPort: undefined });
      await restart(['default/web']);
      expect(endpoints()).toHaveLength(1);
      await eventually(connected);
      expect(agent.store.all()).toMatchObject([{ containerId: 'c1', ofPort: bridge.ports()[0]!.ofPort }]);
      expect(bridge.ports()[0]!.ofPort).toBeGreaterThan(0);
    });

    it('what has vanished meanwhile is cleaned', async () => {
      bridge.appeared = () => false;
      await cni('ADD', 'c1', netns);
      await restart([]);
      expect([endpoints(), [...addresses], bridge.ports()]).toEqual([[], [], []]);
    });

    it('a Pod that goes before its adapter came is waited for no more', async () => {
      bridge.appeared = () => false;
      await cni('ADD', 'c1', netns);
      await restart(['default/web']);
      await asked(1);
      await cni('DEL', 'c1', netns);
      bridge.appeared = () => true;
      const { attempts } = bridge;
      await agent.clock.advance(5_000);
      expect(bridge.attempts).toBe(attempts);
      expect([endpoints(), [...addresses], bridge.ports()]).toEqual([[], [], []]);
    });
  });

  describe('with Docker', () => {
    beforeEach(() => runtime.runContainer('c1'));

    const answer = { ips: [{ address: '10.10.1.5/24', gateway: '10.10.1.1' }], dns: { nameservers: ['10.96.0.10'] } };

    it('ADD connects the Pod; repeated, and for its other containers, it answers the same', async () => {
      runtime.runContainer('c2');
      expect(await cni('ADD', 'c1', 'none')).toMatchObject(answer);
      expect(agent.store.all()).toMatchObject([{ containerId: 'c1', podName: 'web' }]);
      expect(endpoints()[0]?.object).toMatchObject({ DNSServerList: '10.96.0.10', DNSSuffix: 'cluster.local' });
      const before = [bridge.attempts, invocations];
      expect(await cni('ADD', 'c1', 'none')).toMatchObject(answer);
      for (const container of ['c2', 'c2', 'c-without-isolation']) {
        expect(await cni('ADD', container, 'container:c1')).toMatchObject(answer);
      }
      await restart(['default/web']);
      expect(await cni('ADD', 'c1', 'none')).toMatchObject(answer);
      expect(await cni('ADD', 'c2', 'container:c1')).toMatchObject(answer);
      expect([bridge.attempts, invocations]).toEqual(before);
      expect(endpoints()).toHaveLength(1);
      expect([...addresses.keys()]).toEqual(['c1']);
      expect(agent.store.all().map(({ containerId }) => containerId)).toEqual(['c1']);
    });

    it('DEL of another container touches nothing, of the first one removes the network', async () => {
      await cni('ADD', 'c1', 'none');
      await cni('DEL', 'c2', 'container:c1');
      expect(agent.store.size).toBe(1);
      expect(endpoints()).toHaveLength(1);
      await cni('DEL', 'c1', 'none');
      expect([endpoints(), [...addresses], bridge.ports(), [...agent.flows]]).toEqual([[], [], [], []]);
    });

    it('another container of a Pod without network is refused', async () => {
      await expect(cni('ADD', 'c2', 'container:c1')).rejects.toThrow(
        /default\/web: .*c1, whose network it is to share/,
      );
      expect([endpoints(), [...addresses]]).toEqual([[], []]);
    });

    it('an adapter that is late is waited for, and again with each ADD', async () => {
      bridge.appeared = () => false;
      await cni('ADD', 'c1', 'none');
      await eventually(() => agent.log.messages().includes('Could not connect a Pod'));
      bridge.appeared = () => true;
      expect(await cni('ADD', 'c1', 'none')).toMatchObject(answer);
      await eventually(connected);
    });
  });
});
