import { setTimeout as wait } from 'node:timers/promises';
import { HostError, type BridgedAdapter, type UplinkDriver } from '@antrea-ts/host';
import { formatIp, parseMac, type Cidr, type InterfaceAddress } from '@antrea-ts/net-types';
import type { Logger } from '@antrea-ts/runtime';
import { z } from 'zod';
import type { Hns } from '../hns/hns.js';
import { listAdapters, type Adapter } from '../interfaces/adapters.js';
import { hostAdapterName, names } from '../names.js';
import { cmdlet, query, tolerant } from '../powershell/command.js';
import { find, type PowerShell } from '../powershell/powershell.js';
import { translated } from '../translate-error.js';
import { createNetwork, deleteNetwork, enableExtension, findNetwork, type HnsNetwork } from './hns-network.js';
import { applySettings, readHostSettings, takeSettings, type HostSettings } from './host-settings.js';
import type { SettingsFile } from './settings-file.js';
import { runSteps } from './steps.js';
import { dropManagementAdapter, enableRsc } from './vm-switch.js';

interface Modules {
  readonly hns: Hns;
  readonly powerShell: PowerShell;
  readonly settingsFile: SettingsFile;
  readonly logger: Logger;
  /** How often something is looked for that appears by itself, in milliseconds; 1 second unless told. */
  readonly pollMs?: number;
}

interface Options {
  readonly signal: AbortSignal;
}

/** How often to look before giving up. */
const polls = 30;

/** The physical adapter on the bridge (1.3: pkg/agent/agent_windows.go, prepareHostNetwork and prepareOVSBridge). */
export class WindowsUplink implements UplinkDriver {
  readonly #modules: Modules;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  settle(bridgeName: string, options: Options): Promise<void> {
    const { hns, powerShell, settingsFile } = this.#modules;
    return translated("look after the host's network", options.signal, async () => {
      if (!(await settingsFile.read())) return;
      const bridge = (await listAdapters(powerShell, options)).find(({ name }) => name === bridgeName);
      if (bridge && (await findNetwork(hns, options))) await this.complete(bridgeName, options);
      else await this.undo(options);
    });
  }

  prepare(
    spec: { readonly transportAddress: InterfaceAddress; readonly podCidr: Cidr },
    { signal }: Options,
  ): Promise<BridgedAdapter> {
    const { hns, powerShell, logger } = this.#modules;
    return translated('put the adapter on the bridge', signal, async () => {
      const network = await findNetwork(hns, { signal });
      const adapter = network ? await this.#adapterOf(network, signal) : await this.#create(spec, signal);
      await enableRsc(powerShell, { signal, logger });
      return adapter;
    });
  }

  complete(bridgeName: string, { signal }: Options): Promise<void> {
    const { settingsFile } = this.#modules;
    return translated(`give interface ${bridgeName} what the host had`, signal, async () => {
      const settings = await settingsFile.read();
      const bridge = await this.#adapterUp(bridgeName, signal);
      // A network that 1.3 made has no file of ours, and its bridge what it needs.
      if (settings) {
        await this.#takeFromSwitch(settings, signal);
        await this.#give(bridge, settings, signal);
      } else if (bridge.addresses.length === 0) {
        throw new HostError(
          'failed',
          `${bridgeName} has no address, and what the host had was not written down; run Clean-AntreaNetwork.ps1`,
        );
      }
    });
  }

  undo({ signal }: Options): Promise<void> {
    const { hns, settingsFile } = this.#modules;
    return translated('give the adapter back to the host', signal, async () => {
      const settings = await settingsFile.read();
      await hns.callsEnded({ signal });
      await deleteNetwork(hns, { signal });
      if (settings) await this.#giveBack(settings, signal);
      await settingsFile.remove();
    });
  }

  #steps(settings: HostSettings, spec: { readonly transportAddress: InterfaceAddress; readonly podCidr: Cidr }) {
    const { hns, powerShell, settingsFile } = this.#modules;
    return [
      {
        what: 'write down what the host has',
        run: () => settingsFile.write(settings),
        undo: () => settingsFile.remove(),
      },
      {
        what: `create HNS network ${names.hnsNetwork} on adapter "${settings.adapter}"`,
        run: (signal: AbortSignal) => createNetwork(hns, { ...settings, ...spec }, { signal }),
        undo: async (signal: AbortSignal) => {
          // One that took too long for us may make the network yet.
          await hns.callsEnded({ signal });
          await deleteNetwork(hns, { signal });
          await this.#giveBack(settings, signal);
        },
      },
      {
        what: "take the host's adapter off the switch",
        run: (signal: AbortSignal) => dropManagementAdapter(powerShell, { signal, ...this.#polling() }),
      },
      {
        what: 'enable the extension of Open vSwitch',
        run: async (signal: AbortSignal) => {
          const network = await findNetwork(hns, { signal });
          if (!network) throw new HostError('failed', `HNS network ${names.hnsNetwork} is gone again`);
          await enableExtension(hns, network, { signal });
        },
      },
    ];
  }

  async #create(
    spec: { readonly transportAddress: InterfaceAddress; readonly podCidr: Cidr },
    signal: AbortSignal,
  ): Promise<BridgedAdapter> {
    const settings = await readHostSettings(this.#modules.powerShell, spec.transportAddress.address, { signal });
    await runSteps(this.#steps(settings, spec), { signal });
    return bridged(settings, true);
  }

  /** The adapter of a network that is there: as we wrote it down, or, where 1.3 made the network, as it is. */
  async #adapterOf({ NetworkAdapterName }: HnsNetwork, signal: AbortSignal): Promise<BridgedAdapter> {
    const settings = await this.#modules.settingsFile.read();
    if (settings) return bridged(settings, false);
    const { name, mac } = await this.#adapterNamed(NetworkAdapterName ?? '', signal);
    if (!mac) throw new HostError('failed', `adapter "${name}" of HNS network ${names.hnsNetwork} has no MAC address`);
    return { name, mac, created: false };
  }

  #polling(): { readonly retryMs?: number } {
    const { pollMs } = this.#modules;
    return pollMs === undefined ? {} : { retryMs: pollMs };
  }

  /** The bridge's interface, enabled, when it is up. */
  async #adapterUp(name: string, signal: AbortSignal): Promise<Adapter> {
    await this.#modules.powerShell.run([[cmdlet('Enable-NetAdapter', { Name: name, Confirm: false })]], { signal });
    return this.#poll(signal, `${name} does not come up`, async () => {
      const adapter = await this.#adapterNamed(name, signal);
      return adapter.up ? adapter : undefined;
    });
  }

  async #adapterNamed(name: string, signal: AbortSignal): Promise<Adapter> {
    const adapter = (await listAdapters(this.#modules.powerShell, { signal })).find((each) => each.name === name);
    if (!adapter) throw new HostError('interface-missing', `there is no adapter "${name}"`);
    return adapter;
  }

  /** Without Hyper-V nobody can take the host's adapter off the switch: then what it has goes. */
  async #takeFromSwitch(settings: HostSettings, signal: AbortSignal): Promise<void> {
    const { powerShell } = this.#modules;
    const name = hostAdapterName(settings.adapter);
    const isThere = (await listAdapters(powerShell, { signal })).some((adapter) => adapter.name === name);
    if (isThere) await powerShell.run(takeSettings(name, settings), { signal });
  }

  async #give(interfaceState: Adapter, settings: HostSettings, signal: AbortSignal): Promise<void> {
    const { powerShell } = this.#modules;
    const { name, mac, index, addresses } = interfaceState;
    const prefixes = await find(
      powerShell,
      query(tolerant(cmdlet('Get-NetRoute', { InterfaceIndex: index, AddressFamily: 'IPv4' })), 'DestinationPrefix'),
      z.object({ DestinationPrefix: z.string() }),
      { signal },
    );
    const ownMac = cmdlet('Set-NetAdapterAdvancedProperty', {
      Name: name,
      RegistryKeyword: 'NetworkAddress',
      RegistryValue: settings.mac.replaceAll(':', ''),
    });
    const present = {
      addresses: new Set(addresses.map(({ address }) => formatIp(address))),
      prefixes: new Set(prefixes.map(({ DestinationPrefix }) => DestinationPrefix)),
    };
    await powerShell.run(
      [...(mac === settings.mac ? [] : [[ownMac] as const]), ...applySettings(name, settings, present)],
      { signal },
    );
  }

  /** Windows gives an adapter back what it had; where it does not in time, we do. */
  async #giveBack(settings: HostSettings, signal: AbortSignal): Promise<void> {
    const wanted = settings.addresses.map(({ ip }) => ip);
    const has = ({ addresses }: Adapter): boolean => {
      const held = new Set(addresses.map(({ address }) => formatIp(address)));
      return wanted.every((ip) => held.has(ip));
    };
    try {
      await this.#poll(signal, 'no addresses', async () => {
        const adapter = await this.#adapterNamed(settings.adapter, signal);
        return has(adapter) ? adapter : undefined;
      });
    } catch {
      signal.throwIfAborted();
      this.#modules.logger.warn('Windows did not give the adapter its addresses back, so we do', {
        adapter: settings.adapter,
      });
      await this.#give(await this.#adapterNamed(settings.adapter, signal), settings, signal);
    }
  }

  async #poll<T>(signal: AbortSignal, problem: string, look: () => Promise<T | undefined>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await look();
      if (found !== undefined) return found;
      if (attempt === polls) throw new HostError('busy', problem);
      await wait(this.#modules.pollMs ?? 1_000, undefined, { signal });
    }
  }
}

function bridged({ adapter, mac }: HostSettings, created: boolean): BridgedAdapter {
  return { name: adapter, mac: parseMac(mac), created };
}
