import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostFixture } from '@antrea-ts/host/testing';
import { silentLogger } from '@antrea-ts/runtime';
import { Hns } from '../hns/hns.js';
import { openHostCompute, type LibraryNames } from '../hns/libraries.js';
import { names } from '../names.js';
import { createWindowsHost } from '../windows-host.js';
import { containerRuntime } from './fake-hns.js';
import { addAdapter, createModelMachine, type ModelMachine } from './machine.js';
import { createModelPowerShell } from './model-powershell.js';
import { z } from 'zod';

export interface WindowsFixture extends HostFixture {
  readonly machine: ModelMachine;
  readonly powerShell: ReturnType<typeof createModelPowerShell>;
}

/** The Windows driver over the model of a machine and the fake HNS, as the contract wants it. */
export async function makeWindowsFixture(libraries: LibraryNames): Promise<WindowsFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'windows-host-'));
  const stateFile = join(directory, 'hns.state');
  process.env['FAKE_HNS_STATE'] = stateFile;
  const machine = createModelMachine({ hnsStateFile: stateFile });
  const gatewayName = 'antrea-gw0';
  const gateway = addAdapter(machine, gatewayName, { virtual: true, status: 'Disabled' });
  const powerShell = createModelPowerShell(machine);
  const { signal } = new AbortController();
  const request = { Name: names.hnsNetwork, Type: 'Transparent' };
  await new Hns(openHostCompute(libraries)).post('/networks/', request, z.unknown(), { signal });
  const runtime = containerRuntime(libraries);
  const open = () =>
    createWindowsHost({
      logger: silentLogger,
      powerShell,
      libraries,
      gatewayAppearTimeoutMs: 100,
      pollMs: 1,
      settingsFile: join(directory, 'uplink.json'),
    });
  let host = open();
  return {
    host,
    gatewayName,
    machine,
    powerShell,
    async restart() {
      await host.close();
      host = open();
      return host;
    },
    async addNetns() {
      const path = randomUUID();
      runtime.createNamespace(path);
      return { path, remove: async () => runtime.deleteNamespace(path) };
    },
    async addForeignAddress(text) {
      const [ip = '', length] = text.split('/');
      machine.addresses.push({ index: gateway.index, ip, prefixLength: Number(length) });
    },
    async addForeignRoute(prefix) {
      machine.routes.push({ prefix, nextHop: '0.0.0.0', index: gateway.index, metric: 256 });
    },
    hasForeignRoute: async (prefix) => machine.routes.some((route) => route.prefix === prefix && route.metric === 256),
    async loseRoute(prefix) {
      machine.routes.splice(
        machine.routes.findIndex((route) => route.prefix === prefix),
        1,
      );
    },
    async damageTrafficRules() {
      machine.nats.clear();
    },
    async close() {
      await host.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
