import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '@antrea-ts/host';
import { parseCidr, parseInterfaceAddress, parseMac } from '@antrea-ts/net-types';
import { silentLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildFakeHns } from '../testing/fake-hns.js';
import { removeAdapter } from '../testing/follow-hns.js';
import { addAdapter, createModelMachine, type ModelMachine } from '../testing/machine.js';
import { createModelPowerShell } from '../testing/model-powershell.js';
import { createWindowsHost } from '../windows-host.js';

const { signal } = new AbortController();
const spec = {
  transportAddress: parseInterfaceAddress('192.168.77.21/24'),
  podCidr: parseCidr('10.10.3.0/24'),
};
const mac = parseMac('00:15:5d:12:34:56');

describe.skipIf(process.platform !== 'linux')('the adapter on the bridge', () => {
  const libraries = process.platform === 'linux' ? buildFakeHns() : undefined;
  let directory: string;
  let machine: ModelMachine;
  let host: Host;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'uplink-'));
    process.env['FAKE_HNS_STATE'] = join(directory, 'hns');
    process.env['FAKE_HNS_FAULTS'] = join(directory, 'faults');
    machine = createModelMachine({ hnsStateFile: join(directory, 'hns') });
    const { index } = addAdapter(machine, 'Ethernet', { mac: '00-15-5D-12-34-56' });
    machine.addresses.push({ index, ip: '192.168.77.21', prefixLength: 24 });
    machine.routes.push(
      { prefix: '0.0.0.0/0', nextHop: '192.168.77.1', index, metric: 256 },
      { prefix: '172.16.0.0/12', nextHop: '192.168.77.1', index, metric: 5 },
      { prefix: '192.168.77.0/24', nextHop: '0.0.0.0', index, metric: 256 },
    );
    machine.dnsServers.set(index, ['192.168.77.2', '192.168.77.3']);
    host = openHost();
  });
  afterEach(async () => {
    await host.close();
    delete process.env['FAKE_HNS_FAULTS'];
    rmSync(directory, { recursive: true, force: true });
  });

  function openHost(): Host {
    return createWindowsHost({
      logger: silentLogger,
      powerShell: createModelPowerShell(machine),
      libraries: libraries!,
      settingsFile: join(directory, 'uplink.json'),
      pollMs: 1,
    });
  }

  /** What of a machine is the host's network, by names. */
  function network() {
    const nameOf = new Map(machine.adapters.map(({ name, index }) => [index, name]));
    return {
      addresses: machine.addresses.map(({ index, ip }) => `${nameOf.get(index)} ${ip}`).sort(),
      routes: machine.routes.map(({ index, prefix, nextHop }) => `${nameOf.get(index)} ${prefix} ${nextHop}`).sort(),
      dns: [...machine.dnsServers].map(([index, servers]) => `${nameOf.get(index)} ${servers.join(' ')}`),
      switches: [...machine.switches.keys()],
    };
  }

  /** What the agent does between the two halves: Open vSwitch makes the bridge's own interface. */
  async function bridge(): Promise<void> {
    await host.uplink?.prepare(spec, { signal });
    if (!machine.adapters.some(({ name }) => name === 'br-int')) {
      addAdapter(machine, 'br-int', { virtual: true, status: 'Disabled', index: 40 });
    }
    await host.uplink?.complete('br-int', { signal });
  }

  const onBridge = {
    addresses: ['br-int 192.168.77.21'],
    routes: ['br-int 0.0.0.0/0 192.168.77.1', 'br-int 172.16.0.0/12 192.168.77.1'],
    dns: ['br-int 192.168.77.2 192.168.77.3'],
    switches: ['antrea-hnsnetwork'],
  };

  it('gives the bridge what the host had, and the host back what it had', async () => {
    const before = network();
    expect(await host.uplink?.prepare(spec, { signal })).toEqual({ name: 'Ethernet', mac, created: true });
    await bridge();
    expect(network()).toEqual(onBridge);
    expect(machine.adapters.find(({ name }) => name === 'br-int')).toMatchObject({
      status: 'Up',
      mac: '00-15-5D-12-34-56',
    });
    expect(machine.switches.get('antrea-hnsnetwork')).toMatchObject({ allowManagementOs: false, softwareRsc: true });
    removeAdapter(machine, 'br-int');
    await host.uplink?.undo({ signal });
    expect(network()).toEqual(before);
    await host.uplink?.undo({ signal });
    expect(network()).toEqual(before);
  });

  it('an agent that is started again changes nothing, and one that ended half-way is completed', async () => {
    await host.uplink?.prepare(spec, { signal });
    await host.close();
    host = openHost();
    await bridge();
    expect(network()).toEqual(onBridge);
    await host.close();
    host = openHost();
    await bridge();
    expect(network()).toEqual(onBridge);
  });

  it('settles what an agent left that ended half-way, before anything needs the network', async () => {
    const before = network();
    await host.uplink?.settle('br-int', { signal });
    expect(network()).toEqual(before);
    await host.uplink?.prepare(spec, { signal });
    await host.uplink?.settle('br-int', { signal });
    expect(network()).toEqual(before);
    await host.uplink?.prepare(spec, { signal });
    addAdapter(machine, 'br-int', { virtual: true, status: 'Disabled', index: 40 });
    await host.uplink?.settle('br-int', { signal });
    expect(network()).toEqual(onBridge);
    expect(await host.uplink?.prepare(spec, { signal })).toMatchObject({ created: false });
  });

  it('whatever cmdlet fails: the host keeps its network, or gets it on the bridge with the next try', async () => {
    const before = network();
    const first = machine.calls;
    await bridge();
    const total = machine.calls - first;
    expect(total).toBeGreaterThan(15);
    removeAdapter(machine, 'br-int');
    await host.uplink?.undo({ signal });

    for (let failing = 1; failing <= total; failing += 1) {
      machine.failAt = machine.calls + failing;
      const failed = await bridge().then(
        () => false,
        () => true,
      );
      delete machine.failAt;
      // 1.3's agent does the same: the bridge goes, then the network.
      if (failed) {
        removeAdapter(machine, 'br-int');
        await host.uplink?.undo({ signal });
        expect(network(), `after the failure of call ${failing}`).toEqual(before);
      }
      await bridge();
      expect(network(), `the try after the failure of call ${failing}`).toEqual(onBridge);
      removeAdapter(machine, 'br-int');
      await host.uplink?.undo({ signal });
    }
  });

  it.each(['POST /networks The switch is busy.', 'GET /networks Element is busy.', 'POST /networks/ hang 20'])(
    'HNS: %s',
    async (fault) => {
      const before = network();
      writeFileSync(join(directory, 'faults'), `${fault}\n`);
      await bridge().catch(() => expect(network()).toEqual(before));
      await bridge();
      expect(network()).toEqual(onBridge);
    },
  );

  it('refuses a virtual adapter, none and two, and touches nothing', async () => {
    const before = network();
    const elsewhere = { ...spec, transportAddress: parseInterfaceAddress('192.168.99.1/24') };
    await expect(host.uplink?.prepare(elsewhere, { signal })).rejects.toThrow('no adapter has this address');
    const second = addAdapter(machine, 'Ethernet 2');
    machine.addresses.push({ index: second.index, ip: '192.168.77.21', prefixLength: 24 });
    await expect(host.uplink?.prepare(spec, { signal })).rejects.toThrow('"Ethernet" and "Ethernet 2" both have it');
    removeAdapter(machine, 'Ethernet 2');
    machine.adapters[0] = { ...machine.adapters[0]!, virtual: true };
    await expect(host.uplink?.prepare(spec, { signal })).rejects.toMatchObject({ code: 'unsupported' });
    expect(network()).toEqual(before);
  });

  it('works without Hyper-V, and where the switch cannot coalesce segments', async () => {
    machine.features.clear();
    await host.uplink?.prepare(spec, { signal });
    expect(machine.switches.get('antrea-hnsnetwork')?.allowManagementOs).toBe(true);
  });
});
