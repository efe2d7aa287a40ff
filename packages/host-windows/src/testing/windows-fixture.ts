import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostFixture, OptionalFeature } from '@antrea-ts/host/testing';
import { silentLogger } from '@antrea-ts/runtime';
import type { LibraryNames } from '../hns/libraries.js';
import { createWindowsHost } from '../windows-host.js';
import type { PowerShell } from '../powershell/powershell.js';
import { containerRuntime, makePodNetwork } from './fake-hns.js';
import { addAdapter, createModelMachine, type ModelMachine } from './machine.js';
import { createModelPowerShell } from './model-powershell.js';

/** What of the contract Windows does not have. */
export const windowsLacks: readonly OptionalFeature[] = ['ipv6', 'podRoutes', 'foreignPods', 'trafficMarks'];

export interface WindowsFixtureOptions {
  readonly libraries: LibraryNames;
  /** A PowerShell that works on the machine of this store. */
  readonly open: (directory: string) => { readonly machine: MachineStore; readonly powerShell: PowerShell };
}

/** Lets the test change the machine behind the host's back. */
export interface MachineStore {
  update<T>(use: (machine: ModelMachine) => T): T;
}

/** PowerShell and machine in this process. */
export function openModelInProcess(directory: string) {
  const model = createModelMachine({ hnsStateFile: join(directory, 'hns.state') });
  return {
    machine: { update: <T>(use: (machine: ModelMachine) => T) => use(model) },
    powerShell: createModelPowerShell(model),
  };
}

/** The Windows driver over the model of a machine and the fake HNS, as the contract wants it. */
export async function makeWindowsFixture({ libraries, open }: WindowsFixtureOptions): Promise<HostFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'windows-host-'));
  process.env['FAKE_HNS_STATE'] = join(directory, 'hns.state');
  const { machine, powerShell } = open(directory);
  const gatewayName = 'antrea-gw0';
  const { index } = machine.update((state) => addAdapter(state, gatewayName, { virtual: true, status: 'Disabled' }));
  await makePodNetwork(libraries);
  const runtime = containerRuntime(libraries);
  // The host closes the session it is given; the machine's goes on.
  const shared: PowerShell = { run: (...args) => powerShell.run(...args), close: async () => undefined };
  const openHost = () =>
    createWindowsHost({
      logger: silentLogger,
      powerShell: shared,
      libraries,
      gatewayAppearTimeoutMs: 100,
      pollMs: 1,
      settingsFile: join(directory, 'uplink.json'),
    });
  let host = openHost();
  return {
    host,
    gatewayName,
    async restart() {
      await host.close();
      host = openHost();
      return host;
    },
    async addNetns() {
      const path = randomUUID();
      runtime.createNamespace(path);
      return { path, remove: async () => runtime.deleteNamespace(path) };
    },
    async runContainer(id) {
      const end = runtime.runContainer(id);
      return { remove: async () => end() };
    },
    async addForeignAddress(text) {
      const [ip = '', length] = text.split('/');
      machine.update(({ addresses }) => addresses.push({ index, ip, prefixLength: Number(length) }));
    },
    async addForeignRoute(prefix) {
      machine.update(({ routes }) => routes.push({ prefix, nextHop: '0.0.0.0', index, metric: 256 }));
    },
    hasForeignRoute: async (prefix) =>
      machine.update(({ routes }) => routes.some((route) => route.prefix === prefix && route.metric === 256)),
    async loseRoute(prefix) {
      machine.update(({ routes }) => {
        const at = routes.findIndex((route) => route.prefix === prefix);
        routes.splice(at, 1);
      });
    },
    async damageTrafficRules() {
      machine.update(({ nats }) => nats.clear());
    },
    async close() {
      await host.close();
      await powerShell.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
